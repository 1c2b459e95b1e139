import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ScriptServer } from "../support/providers/script-server.ts";
import { failureOf } from "../support/service/failure.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, readToEnd, textOf } from "../support/service/talk.ts";

const MODEL = "local/tiny";

let upstream: ScriptServer;
let headway: Headway;
beforeEach(async () => {
  upstream = await ScriptServer.start();
  onTestFinished(() => upstream.stop());
  headway = await startHeadway({
    config: `
providers:
  local:
    type: openai_compatible
    base_url: ${upstream.url}/v1
    max_retries: 0
    models:
      tiny: {limits: [{metric: requests, window: 1m, amount: 3}]}
      other: {limits: [{metric: requests, window: 1m, amount: 3}]}
`,
  });
});

describe.each(DOORS)("a Headway that shuts down, through %s", (door) => {
  it("lets a running Complete end, and takes no other", async () => {
    const running = headway[door].complete(ask("hello", { model: MODEL }));
    const { response } = await upstream.arrival();
    const closed = headway.close(60_000);
    expect(await failureOf(headway[door].complete(ask("hello", { model: MODEL })))).toMatchObject({
      code: "Unavailable",
      reason: "SHUTTING_DOWN",
    });
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ choices: [{ message: { content: "Hi." }, finish_reason: "stop" }] }));
    expect(textOf(await running)).toBe("Hi.");
    await closed;
  });

  it("refuses whoever waits at once, for a slot or in a Complete, while a running Complete ends", async () => {
    const running = headway[door].complete(ask("hello", { model: MODEL }));
    const { response } = await upstream.arrival();
    const other = "local/other";
    await headway[door].acquireSlot({ models: [other] });
    const waiting = [
      headway[door].acquireSlot({ models: [MODEL] }),
      headway[door].complete(ask("hello", { model: MODEL, fallbackModels: [other] })),
      readToEnd(headway[door].streamComplete({ request: ask("hello", { model: MODEL }) })),
    ].map((answer) => failureOf(answer));
    await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(3));
    const closed = headway.close(60_000);
    for (const failure of await Promise.all(waiting)) {
      expect(failure).toMatchObject({ code: "Unavailable", reason: "SHUTTING_DOWN" });
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ choices: [{ message: { content: "Hi." }, finish_reason: "stop" }] }));
    expect(textOf(await running)).toBe("Hi.");
    await closed;
  });

  it("stops at the end of the grace period whoever still waits or is still called for", async () => {
    const running = failureOf(headway[door].complete(ask("hello", { model: MODEL })));
    const { closed } = await upstream.arrival();
    const waiting = failureOf(headway[door].acquireSlot({ models: [MODEL] }));
    await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(1));
    await headway.close(50);
    for (const failure of [await running, await waiting]) {
      expect(failure).toMatchObject({ code: "Unavailable", reason: "SHUTTING_DOWN" });
    }
    await closed;
  });
});
