import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Arrival, ScriptServer } from "../support/providers/script-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, textOf } from "../support/service/talk.ts";

const ADMIN = { headers: { authorization: "Bearer admin-secret" } };
const MODEL = "local/tiny";

let before: ScriptServer;
let after: ScriptServer;
let headway: Headway;
let text: string;

function configAt(...servers: readonly ScriptServer[]): string {
  const providers = servers.map(
    ({ url }, index) => `
  ${["local", "other"][index]}:
    type: openai_compatible
    base_url: ${url}/v1
    models: {tiny: {limits: {concurrent: 1}}}`,
  );
  return `admin_token: admin-secret\nscheduler: {spacing: none}\nproviders:${providers.join("")}`;
}

async function reload(changed: string): Promise<void> {
  text = changed;
  await headway.admin.grpc.reloadConfig({}, ADMIN);
}

function answer({ response }: Arrival): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ choices: [{ message: { content: "Hi." }, finish_reason: "stop" }] }));
}

/** Asks a model, and lets the server that it is asked of answer. */
async function askOf(server: ScriptServer, model = MODEL): Promise<void> {
  const asked = headway.grpc.complete(ask("hello", { model }));
  answer(await server.arrival());
  expect(textOf(await asked)).toBe("Hi.");
}

const closed = (server: ScriptServer) => vi.waitFor(() => expect(server.openSocketCount).toBe(0));

beforeEach(async () => {
  [before, after] = await Promise.all([ScriptServer.start(), ScriptServer.start()]);
  onTestFinished(async () => void (await Promise.all([before.stop(), after.stop()])));
  text = configAt(before, after);
  headway = await startHeadway({ config: text, reread: () => text });
  onTestFinished(() => headway.close());
});

describe("after ReloadConfig", () => {
  it("idle connections of a provider that is elsewhere now are closed, and those of others are kept", async () => {
    await askOf(before);
    await askOf(after, "other/tiny");
    expect([before.openSocketCount, after.openSocketCount]).toEqual([1, 1]);
    await reload(configAt(after, after));
    await closed(before);
    await askOf(after, "other/tiny");
    expect(after.openSocketCount).toBe(1);
    await askOf(after);
    expect([before.openSocketCount, after.openSocketCount]).toEqual([0, 2]);
  });

  it("idle connections of a provider that is gone are closed", async () => {
    await askOf(after, "other/tiny");
    await reload(configAt(before));
    await closed(after);
  });

  it("a call that runs ends where it began, and its connection with it", async () => {
    const streamed = collect(headway.grpc.streamComplete({ request: ask("hello", { model: MODEL }) }));
    const { response } = await before.arrival();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\n');
    await reload(configAt(after));
    expect(before.openSocketCount).toBe(1);
    response.write(
      'data: {"choices": [{"index": 0, "delta": {"content": "."}, "finish_reason": "stop"}]}\n\n',
    );
    response.end("data: [DONE]\n\n");
    expect(textOf((await streamed).done)).toBe("Hi.");
    await closed(before);
  });

  it("a call that waited for its turn is made where it was meant to go, and its connection closed", async () => {
    const running = headway.grpc.complete(ask("hello", { model: MODEL }));
    const first = await before.arrival();
    const waiting = headway.grpc.complete(ask("hello", { model: MODEL }));
    await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(1));
    await reload(configAt(after));
    answer(first);
    answer(await before.arrival());
    for (const response of await Promise.all([running, waiting])) expect(textOf(response)).toBe("Hi.");
    await closed(before);
  });
});
