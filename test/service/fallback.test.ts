import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { AttemptCause, AttemptOutcome } from "../../gen/es/headway/v1/attempt_pb.js";
import { AttemptErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { FallbackStrategy } from "../../gen/es/headway/v1/routing_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { failureOf } from "../support/service/failure.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, textOf } from "../support/service/talk.ts";
import { UPSTREAM_MODELS, upstreamConfig } from "../support/service/upstream-config.ts";

const FIRST = UPSTREAM_MODELS.openai;
const SECOND = UPSTREAM_MODELS.gemini;
const HELLO = { model: FIRST, fallbackModels: [SECOND] };

const first = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
const second = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
beforeAll(() => Promise.all([first.start(), second.start()]));
afterAll(() => Promise.all([first.stop(), second.stop()]));
beforeEach(() => {
  first.reset();
  second.reset();
  second.onMessage("hello", { content: "from the second" });
});

/** A Headway whose first model is at one server and whose others are at another; closed when the test is over. */
async function start(each: readonly string[] = []): Promise<Headway> {
  const config = upstreamConfig(second.url, { urls: { openai: first.url }, each });
  const headway = await startHeadway({ config });
  onTestFinished(() => headway.close());
  return headway;
}

const requestCounts = () => [first.getRequests().length, second.getRequests().length];
const failing = (status: number, message = "No") => ({ error: { message, type: "error" }, status });

const TOO_MANY = { error: { message: "Slow down", type: "rate_limit_error" }, status: 429 };

describe("a candidate that fails", () => {
  it.each([
    ["500, after the attempts that are not kept for the other", 500, [2, 1], "SERVER_ERROR"],
    ["401, at once", 401, [1, 1], "AUTHENTICATION"],
    ["404, at once", 404, [1, 1], "MODEL_NOT_FOUND"],
    ["400, at once, for another provider may read it otherwise", 400, [1, 1], "VALIDATION"],
    ["429, at once", 429, [1, 1], "RATE_LIMITED"],
  ] as const)("by %s, gives way to the next", async (_, status, counts, reason) => {
    first.onMessage("hello", failing(status));
    const headway = await start();
    const response = await headway.grpc.complete(ask("hello", HELLO));
    expect(textOf(response)).toBe("from the second");
    expect(response.model).toBe(SECOND);
    expect(requestCounts()).toEqual(counts);
    const failed = response.attempts.slice(0, -1);
    expect(failed).toHaveLength(counts[0]);
    for (const attempt of failed) {
      expect(attempt).toMatchObject({
        model: FIRST,
        outcome: AttemptOutcome.FAILED,
        errorReason: AttemptErrorReason[reason],
        providerStatusCode: status,
      });
    }
    expect(response.attempts.at(-1)).toMatchObject({
      model: SECOND,
      outcome: AttemptOutcome.SUCCEEDED,
      cause: AttemptCause.FALLBACK_ERROR,
    });
    expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
  });

  it("gives way in a stream too, as long as nothing was said", async () => {
    first.onMessage("hello", failing(503));
    const headway = await start(["max_retries: 0"]);
    const { kinds, deltas, done } = await collect(
      headway.grpc.streamComplete({ request: ask("hello", HELLO) }),
    );
    expect(kinds.filter((kind) => kind === "attemptStarted")).toHaveLength(2);
    expect(deltas.join("")).toBe("from the second");
    expect(done?.attempts).toHaveLength(2);
    expect(requestCounts()).toEqual([1, 1]);
  });

  it("gives way when its pool is on hold after a 429", async () => {
    first.onMessage("hello", { ...TOO_MANY, retryAfter: 60 });
    const headway = await start();
    await headway.grpc.complete(ask("hello", HELLO));
    const response = await headway.grpc.complete(ask("hello", { ...HELLO, maxWait: { seconds: 1n } }));
    expect(response.attempts).toMatchObject([{ model: SECOND, cause: AttemptCause.FALLBACK_WAIT }]);
    expect(requestCounts()).toEqual([1, 2]);
    const failure = await failureOf(
      headway.grpc.complete(ask("hello", { model: FIRST, maxWait: { seconds: 1n } })),
    );
    expect(failure).toMatchObject({
      code: "ResourceExhausted",
      reason: "WAIT_TOO_LONG",
      quotas: [`pool ${FIRST}`],
    });
    expect(failure.retryDelayMs).toBeGreaterThan(50_000);
    expect(failure.retryDelayMs).toBeLessThanOrEqual(60_000);
    expect(requestCounts()).toEqual([1, 2]);
  });
});

describe("without another candidate", () => {
  const alone = (fields = {}) => ask("hello", { model: FIRST, ...fields });

  it.each([
    [500, 3],
    [503, 3],
    [400, 1],
    [401, 1],
    [402, 1],
    [404, 1],
  ])("HTTP %d is tried %d times", async (status, count) => {
    first.onMessage("hello", failing(status));
    const headway = await start();
    const failure = await failureOf(headway.grpc.complete(alone()));
    expect(failure).toMatchObject({ code: "Unavailable", reason: "ALL_ATTEMPTS_FAILED" });
    expect(Object.keys(failure.metadata)).toHaveLength(count);
    expect(requestCounts()).toEqual([count, 0]);
  });

  it("an error that passes is answered by a retry", async () => {
    first.nextRequestError(500, { message: "It broke" });
    first.onMessage("hello", { content: "from the first" });
    const headway = await start();
    const response = await headway.grpc.complete(alone());
    expect(textOf(response)).toBe("from the first");
    expect(response.attempts.map(({ cause }) => cause)).toEqual([
      AttemptCause.FIRST_CHOICE,
      AttemptCause.RETRY,
    ]);
    expect(requestCounts()).toEqual([2, 0]);
  });

  it.each([
    [1, 1],
    [2, 2],
    [5, 4],
  ])("max_attempts %d makes %d calls, of which max_retries allows 4", async (maxAttempts, count) => {
    first.onMessage("hello", failing(500));
    const headway = await start();
    await failureOf(headway.grpc.complete(alone({ maxAttempts })));
    expect(requestCounts()).toEqual([count, 0]);
  });

  it("a 429 is tried again only after the wait that it asks for", async () => {
    first.onMessage("hello", { ...TOO_MANY, retryAfter: 60 });
    const headway = await start();
    const failure = await failureOf(headway.grpc.complete(alone({ maxWait: { seconds: 5n } })));
    expect(failure).toMatchObject({ reason: "ALL_ATTEMPTS_FAILED", retryDelayMs: 60_000 });
    expect(requestCounts()).toEqual([1, 0]);
  });
});

it("fail_fast makes one attempt and tries no other", async () => {
  first.onMessage("hello", failing(500));
  const headway = await start();
  const strategy = FallbackStrategy.FAIL_FAST;
  const failure = await failureOf(headway.grpc.complete(ask("hello", { ...HELLO, strategy })));
  expect(failure).toMatchObject({
    code: "Unavailable",
    reason: "ALL_ATTEMPTS_FAILED",
    metadata: { attempt_1: `${FIRST} SERVER_ERROR` },
  });
  expect(requestCounts()).toEqual([1, 0]);
});

it("when all fail the status names every attempt", async () => {
  first.onMessage("hello", failing(401));
  second.reset();
  second.onMessage("hello", failing(503, "Overloaded"));
  const headway = await start(["max_retries: 0"]);
  const failure = await failureOf(headway.grpc.complete(ask("hello", HELLO)));
  expect(failure).toMatchObject({
    code: "Unavailable",
    reason: "ALL_ATTEMPTS_FAILED",
    metadata: { attempt_1: `${FIRST} AUTHENTICATION`, attempt_2: `${SECOND} OVERLOADED` },
  });
});

it("the totals tell primary from fallback requests", async () => {
  first.onMessage("hello", failing(401));
  const headway = await start();
  await headway.grpc.complete(ask("hello", HELLO));
  await headway.grpc.complete(ask("hello", { model: SECOND }));
  const { totals, groups } = await headway.grpc.getUsage({ groupBy: ["model"] });
  expect(totals).toMatchObject({ requests: 2n, primaryRequests: 1n, fallbackRequests: 1n, errors: 0n });
  expect(groups.map(({ key }) => key.model)).toContain(SECOND);
});

it("max_wait bounds the waits for all candidates together", async () => {
  const clock = new ManualClock();
  const headway = await startHeadway({
    clock,
    config: `
providers:
  local:
    type: openai_compatible
    base_url: http://127.0.0.1:9/v1
    limits: {concurrent: 1}
    models: {one: {}, two: {}}
`,
  });
  onTestFinished(async () => {
    const closing = headway.close();
    clock.advance(10_000);
    await closing;
  });
  await headway.grpc.acquireSlot({ models: ["local/one"] });
  await headway.grpc.acquireSlot({ models: ["local/two"] });
  const request = { model: "local/one", fallbackModels: ["local/two"], maxWait: { seconds: 5n } };
  const failing = failureOf(headway.grpc.complete(ask("hello", request)));
  await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(1));
  clock.advance(5_000);
  // No time is left for the second: it is refused without the clock moving on.
  await vi.waitFor(async () => {
    clock.advance(0);
    expect((await headway.load()).waiting).toBe(0);
  });
  expect(await failing).toMatchObject({ code: "ResourceExhausted", reason: "WAIT_TOO_LONG" });
});
