import { LLMock } from "@copilotkit/aimock";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ScriptServer, send } from "../support/providers/script-server.ts";
import { failureOf } from "../support/service/failure.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect } from "../support/service/talk.ts";
import { UPSTREAM_MODELS, upstreamConfig } from "../support/service/upstream-config.ts";

const model = UPSTREAM_MODELS.openai;
const PIECE = `data: ${JSON.stringify({ choices: [{ delta: { content: "Hello" } }] })}\n\n`;

/** Time for a call to get to the provider, on any machine; what is new to the process is asked for before, so that it needs little of it. */
const DEADLINE_MS = 1_500;

let upstream: ScriptServer;
let headway: Headway;

/** A call from end to end, after which all that is loaded and opened at the first is there. */
async function warmUp(door: (typeof DOORS)[number]): Promise<void> {
  const answered = headway[door].complete(ask("hello", { model }));
  const { response } = await upstream.arrival();
  response.writeHead(200, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ choices: [{ message: { content: "Hi." }, finish_reason: "stop" }] }));
  await answered;
}

beforeEach(async () => {
  upstream = await ScriptServer.start();
  headway = await startHeadway({ config: upstreamConfig(upstream.url) });
  onTestFinished(async () => {
    await headway.close();
    await upstream.stop();
  });
});

describe.each(DOORS)("through %s, a caller who", (door) => {
  it("goes away takes the provider's call with it", async () => {
    const caller = new AbortController();
    const failing = failureOf(headway[door].complete(ask("hello", { model }), { signal: caller.signal }));
    const arrival = await upstream.arrival();
    caller.abort();
    expect((await failing).code).toBe("Canceled");
    await arrival.closed;
    await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
  });

  it("goes away inside a stream takes the provider's call with it", async () => {
    const caller = new AbortController();
    const stream = headway[door].streamComplete(
      { request: ask("hello", { model }) },
      { signal: caller.signal },
    );
    const reading = collect(stream, ({ case: kind }) => {
      if (kind === "delta") caller.abort();
    });
    const arrival = await upstream.arrival();
    arrival.response.writeHead(200, { "content-type": "text/event-stream" });
    await send(arrival.response, PIECE);
    expect((await reading).failure?.code).toBe("Canceled");
    await arrival.closed;
    await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
  });

  it("has a deadline is answered at it, and no attempt follows", async () => {
    await warmUp(door);
    const failing = failureOf(headway[door].complete(ask("hello", { model }), { timeoutMs: DEADLINE_MS }));
    const arrival = await upstream.arrival();
    expect((await failing).code).toBe("DeadlineExceeded");
    await arrival.closed;
    // Undici connects once more for a request that was stopped, finds that it was, and closes the connection unused.
    await vi.waitFor(() => expect(upstream.openSocketCount).toBe(0));
    await vi.waitFor(async () => {
      const { totals } = await headway.grpc.getUsage({});
      expect(totals).toMatchObject({ requests: 2n, primaryRequests: 1n, fallbackRequests: 0n });
    });
  });
});

it("a deadline that passes at the server is answered with every attempt", async () => {
  await warmUp("connect");
  const answer = fetch(`${headway.httpUrl}/headway.v1.HeadwayService/Complete`, {
    method: "POST",
    headers: { "content-type": "application/json", "connect-timeout-ms": String(DEADLINE_MS) },
    body: JSON.stringify({ model, messages: [{ role: "ROLE_USER", parts: [{ text: "hello" }] }] }),
  });
  const arrival = await upstream.arrival();
  await arrival.closed;
  const { code, details } = (await (await answer).json()) as { code: string; details: { debug: unknown }[] };
  expect(code).toBe("deadline_exceeded");
  expect(details[0]?.debug).toMatchObject({
    reason: "DEADLINE_EXCEEDED",
    domain: "headway",
    metadata: { attempt_1: `${model} CANCELLED` },
  });
});

it("a retry that would miss the deadline is not waited for", async () => {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
  await mock.start();
  onTestFinished(() => mock.stop());
  mock.onMessage("hello", { error: { message: "It broke" }, status: 500 });
  const config = upstreamConfig(mock.url).replaceAll("retry_delay: 1ms", "retry_delay: 60s");
  const slow = await startHeadway({ config });
  onTestFinished(() => slow.close());
  const failure = await failureOf(slow.grpc.complete(ask("hello", { model }), { timeoutMs: 10_000 }));
  expect(failure).toMatchObject({ code: "Unavailable", reason: "ALL_ATTEMPTS_FAILED" });
  expect(failure.message).toContain("would miss the deadline");
  expect(mock.getRequests()).toHaveLength(1);
});
