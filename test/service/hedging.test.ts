import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { AttemptCause, AttemptOutcome } from "../../gen/es/headway/v1/attempt_pb.js";
import type { CompleteResponse } from "../../gen/es/headway/v1/complete_pb.js";
import { AttemptErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type Arrival, ScriptServer, send } from "../support/providers/script-server.ts";
import { failureOf } from "../support/service/failure.ts";
import { recordSpans } from "../support/service/recorded-spans.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, textOf } from "../support/service/talk.ts";

const FIRST = "slow/model";
const SECOND = "quick/model";
const USUAL_MS = 100;

const spans = recordSpans();
afterAll(() => spans.stop());

let clock: ManualClock;
let slow: ScriptServer;
let quick: ScriptServer;
let headway: Headway;

async function start(routing = "{}", quickLimits = "{rpm: 1000}"): Promise<void> {
  const provider = (url: string, limits: string) =>
    `{type: openai_compatible, base_url: "${url}/v1", max_retries: 0, models: {model: {limits: ${limits}, price: {input_per_million_usd: 1000, output_per_million_usd: 1000}}}}`;
  headway = await startHeadway({
    clock,
    config: `
scheduler: {spacing: none}
routing: ${routing}
providers:
  slow: ${provider(slow.url, "{rpm: 1000}")}
  quick: ${provider(quick.url, quickLimits)}
`,
  });
}

beforeEach(async () => {
  clock = new ManualClock();
  slow = await ScriptServer.start();
  quick = await ScriptServer.start();
});
afterEach(async () => {
  await headway.close();
  await Promise.all([slow.stop(), quick.stop()]);
});

const HEAD = { "content-type": "application/json" };
const SSE = { "content-type": "text/event-stream" };
const answer = ({ response }: Arrival, content: string): void => {
  const message = { role: "assistant", content };
  const usage = { prompt_tokens: 10, completion_tokens: 5 };
  response.writeHead(200, HEAD);
  response.end(JSON.stringify({ model: "m", choices: [{ message, finish_reason: "stop" }], usage }));
};
const fail = ({ response }: Arrival, status: number): void => {
  response.writeHead(status, HEAD);
  response.end(JSON.stringify({ error: { message: "No", type: "error" } }));
};
const piece = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const begin = ({ response }: Arrival, content: string): Promise<void> => {
  response.writeHead(200, SSE);
  return send(response, piece(content));
};
const LAST = {
  choices: [{ delta: {}, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 5 },
};
const END = `data: ${JSON.stringify(LAST)}\n\ndata: [DONE]\n\n`;

const HEDGED = { model: FIRST, fallbackModels: [SECOND], hedge: true };

/** Lets the first deployment be known for answering, or beginning to, in 100 ms. */
async function measure({ streamed = false, count = 10 } = {}): Promise<void> {
  for (let call = 0; call < count; call++) {
    const request = ask("hello", { model: FIRST });
    const done = streamed
      ? collect(headway.grpc.streamComplete({ request }))
      : headway.grpc.complete(request);
    const arrival = await slow.arrival();
    clock.advance(USUAL_MS);
    if (streamed) {
      await begin(arrival, "a");
      arrival.response.end(END);
    } else answer(arrival, "a");
    await done;
  }
}

function expectSumsMatch(response: CompleteResponse): void {
  const total = response.attempts.reduce((sum, { cost }) => sum + (cost?.totalNanoUsd ?? 0n), 0n);
  expect(response.cost?.totalNanoUsd).toBe(total);
}

describe("a call that is slower than usual", () => {
  it("is overtaken by the next candidate, given up, and charged for its input", async () => {
    await start();
    await measure();
    const done = headway.grpc.complete(ask("hello", HEDGED));
    const left = await slow.arrival();
    clock.advance(USUAL_MS);
    answer(await quick.arrival(), "quick");
    const response = await done;
    await left.closed;
    expect(textOf(response)).toBe("quick");
    expect(response.model).toBe(SECOND);
    expect(response.attempts).toMatchObject([
      {
        model: FIRST,
        outcome: AttemptOutcome.CANCELLED,
        errorReason: AttemptErrorReason.CANCELLED,
        errorMessage: "given up, since another attempt was faster",
        cause: AttemptCause.FIRST_CHOICE,
        usage: { outputTokens: 0n, estimated: true },
      },
      {
        model: SECOND,
        outcome: AttemptOutcome.SUCCEEDED,
        cause: AttemptCause.HEDGE,
        explanation: `${FIRST} has not answered in 100 ms, as it usually does`,
      },
    ]);
    expect(response.attempts[0]?.cost?.totalNanoUsd).toBeGreaterThan(0n);
    expectSumsMatch(response);
    expect(response.route.map(({ explanation }) => explanation.split("; ").at(-1))).toEqual([
      "given up, since another answered first",
      "answered",
    ]);
    expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
    const { totals } = await headway.grpc.getUsage({});
    expect(totals).toMatchObject({ requests: 11n, primaryRequests: 10n, fallbackRequests: 1n, errors: 0n });
    expect(totals?.cost?.totalNanoUsd).toBe(10n * 15_000_000n + response.cost!.totalNanoUsd);
    const [given] = spans.spans().filter(({ attributes }) => attributes["headway.overtaken"] === true);
    expect(given).toMatchObject({ status: { code: 0 }, attributes: { "headway.deployment": FIRST } });
  });

  it("may still be the first to answer: then the other is given up", async () => {
    await start("{hedge: {enabled: true}}");
    await measure();
    const done = headway.grpc.complete(ask("hello", { model: FIRST, fallbackModels: [SECOND] }));
    const first = await slow.arrival();
    clock.advance(USUAL_MS);
    const second = await quick.arrival();
    answer(first, "slow, but first");
    const response = await done;
    await second.closed;
    expect(textOf(response)).toBe("slow, but first");
    expect(response.attempts.map(({ outcome, cause }) => [outcome, cause])).toEqual([
      [AttemptOutcome.SUCCEEDED, AttemptCause.FIRST_CHOICE],
      [AttemptOutcome.CANCELLED, AttemptCause.HEDGE],
    ]);
    expectSumsMatch(response);
    expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
  });

  it("may fail: then the other answers, and when that fails too both are named", async () => {
    await start();
    await measure();
    const done = headway.grpc.complete(ask("hello", HEDGED));
    const first = await slow.arrival();
    clock.advance(USUAL_MS);
    const second = await quick.arrival();
    fail(first, 500);
    answer(second, "quick");
    expect(textOf(await done)).toBe("quick");

    const failing = failureOf(headway.grpc.complete(ask("hello", HEDGED)));
    const third = await slow.arrival();
    clock.advance(USUAL_MS);
    const fourth = await quick.arrival();
    fail(fourth, 503);
    fail(third, 500);
    expect(await failing).toMatchObject({
      reason: "ALL_ATTEMPTS_FAILED",
      metadata: { attempt_1: `${FIRST} SERVER_ERROR`, attempt_2: `${SECOND} OVERLOADED` },
    });
    expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
  });

  it("loses a stream to the one whose first token comes first, and nothing of it is delivered", async () => {
    await start();
    await measure({ streamed: true });
    const reading = collect(headway.grpc.streamComplete({ request: ask("hello", HEDGED) }));
    const left = await slow.arrival();
    clock.advance(USUAL_MS);
    const right = await quick.arrival();
    await begin(right, "quick ");
    await left.closed;
    await send(right.response, piece("words"));
    right.response.end(END);
    const { deltas, done, failure } = await reading;
    expect(failure).toBeUndefined();
    expect(deltas.join("")).toBe("quick words");
    expect(done?.attempts.map(({ outcome }) => outcome)).toEqual([
      AttemptOutcome.CANCELLED,
      AttemptOutcome.SUCCEEDED,
    ]);
    expectSumsMatch(done!);
  });

  it("keeps a stream that begins before the other's, and ends it by its cut", async () => {
    await start();
    await measure({ streamed: true });
    const reading = collect(headway.grpc.streamComplete({ request: ask("hello", HEDGED) }));
    const left = await slow.arrival();
    clock.advance(USUAL_MS);
    const right = await quick.arrival();
    await begin(left, "slow ");
    await right.closed;
    left.response.destroy();
    const { deltas, failure } = await reading;
    expect(deltas).toEqual(["slow "]);
    expect(failure).toMatchObject({
      code: "Unavailable",
      metadata: { attempt_1: `${FIRST} CONNECTION`, attempt_2: `${SECOND} CANCELLED` },
    });
    expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
  });
});

describe("no second call is made", () => {
  it.each([
    ["nobody asks for it", { hedge: undefined }],
    ["max_attempts leaves none", { maxAttempts: 1 }],
    ["max_cost does not allow both", { maxOutputTokens: 10n, maxCostNanoUsd: 30_000_000n }],
    ["the strategy makes one attempt", { strategy: 5 }],
  ])("when %s", async (_, fields) => {
    await start();
    await measure();
    await expectAlone(fields);
  });

  it("when the other cannot start at once", async () => {
    await start("{}", "{concurrent: 1}");
    await headway.grpc.acquireSlot({ models: [SECOND] });
    await measure();
    const done = headway.grpc.complete(ask("hello", { ...HEDGED }));
    const arrival = await slow.arrival();
    clock.advance(USUAL_MS * 10);
    answer(arrival, "slow");
    expect((await done).attempts).toHaveLength(1);
  });

  it("when too few calls were made to know what is usual", async () => {
    await start();
    await measure({ count: 9 });
    await expectAlone({});
  });

  async function expectAlone(fields: object): Promise<void> {
    const done = headway.grpc.complete(ask("hello", { ...HEDGED, ...fields }));
    const arrival = await slow.arrival();
    clock.advance(USUAL_MS * 10);
    answer(arrival, "slow");
    expect((await done).attempts).toHaveLength(1);
    expect(quick.openSocketCount).toBe(0);
  }
});
