import type { MessageInitShape } from "@bufbuild/protobuf";
import { LLMock } from "@copilotkit/aimock";
import { SpanStatusCode } from "@opentelemetry/api";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { AttemptOutcome } from "../../gen/es/headway/v1/attempt_pb.js";
import type { CompleteRequestSchema, CompleteResponse } from "../../gen/es/headway/v1/complete_pb.js";
import { AttemptErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { FallbackStrategy } from "../../gen/es/headway/v1/routing_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { OpenAiProvider } from "../../src/providers/openai/provider.ts";
import type { ProviderCall } from "../../src/providers/provider.ts";
import { type Failure, outcomeOf } from "../support/service/failure.ts";
import { type Fault, FaultyServer, streamPiece } from "../support/service/faulty-server.ts";
import { hasten } from "../support/service/hasten.ts";
import { type RecordedSpan, recordSpans } from "../support/service/recorded-spans.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect } from "../support/service/talk.ts";

type Reason = keyof typeof AttemptErrorReason;

/** How a wire says a reason: an answer of aimock, or what is done to a socket. `defect`: none does; our own code throws. */
type Wire = { status: number; code?: string } | Fault | "defect";

/** Done to a request, beside leaving it without an answer. */
interface Scene {
  readonly clock: ManualClock;
  readonly caller: AbortController;
}

const TIMEOUT_MS = 60_000;

/**
 * What follows each reason. `alone`: calls of the only candidate, which fails every time. `passing`: calls of one that
 * fails once; 2 is an answer. `other`: calls before the next candidate, of another provider, answers; `same`: before the
 * next of the same provider does; 0: it is not tried after the first call. With `fail_fast` one call is made always.
 */
const ROWS: readonly [
  Reason,
  (scene: Scene) => Wire,
  { alone: number; passing: number; other: number; same: number },
][] = [
  ["CONNECTION", () => (response) => void response.destroy(), { alone: 3, passing: 2, other: 2, same: 2 }],
  [
    "TIMEOUT",
    ({ clock }) =>
      () =>
        clock.advance(TIMEOUT_MS),
    { alone: 3, passing: 2, other: 1, same: 1 },
  ],
  ["OVERLOADED", () => ({ status: 503 }), { alone: 3, passing: 2, other: 2, same: 2 }],
  ["SERVER_ERROR", () => ({ status: 500 }), { alone: 3, passing: 2, other: 2, same: 2 }],
  ["RATE_LIMITED", () => ({ status: 429 }), { alone: 3, passing: 2, other: 1, same: 1 }],
  ["AUTHENTICATION", () => ({ status: 401 }), { alone: 1, passing: 1, other: 1, same: 1 }],
  [
    "QUOTA_EXCEEDED",
    () => ({ status: 429, code: "insufficient_quota" }),
    { alone: 1, passing: 1, other: 1, same: 1 },
  ],
  ["MODEL_NOT_FOUND", () => ({ status: 404 }), { alone: 1, passing: 1, other: 1, same: 1 }],
  [
    "CONTEXT_TOO_LONG",
    () => ({ status: 400, code: "context_length_exceeded" }),
    { alone: 1, passing: 1, other: 1, same: 0 },
  ],
  ["VALIDATION", () => ({ status: 400 }), { alone: 1, passing: 1, other: 1, same: 0 }],
  [
    "CONTENT_FILTERED",
    () => ({ status: 400, code: "content_filter" }),
    { alone: 1, passing: 1, other: 1, same: 0 },
  ],
  ["UNKNOWN", () => "defect", { alone: 1, passing: 1, other: 1, same: 1 }],
  [
    "CANCELLED",
    ({ caller }) =>
      () =>
        caller.abort(),
    { alone: 1, passing: 1, other: 0, same: 0 },
  ],
];

/** The candidates, by what they are to the first. */
const FIRST = "one/a";
const NEXT = { other: "two/c", same: "one/b" } as const;

interface Case {
  readonly fallbackModels: string[];
  /** How often the first fails; after that it answers. */
  readonly failures: number;
  readonly strategy: FallbackStrategy;
  readonly firstCalls: number;
  /** Undefined: nobody. */
  readonly answeredBy: string | undefined;
}

const SITUATIONS = ["alone", "passing", "other", "same", "fail_fast"] as const;

function caseOf(situation: (typeof SITUATIONS)[number], row: (typeof ROWS)[number][2]): Case {
  const always = { failures: Number.POSITIVE_INFINITY, strategy: FallbackStrategy.SMART };
  switch (situation) {
    case "alone":
      return { ...always, fallbackModels: [], firstCalls: row.alone, answeredBy: undefined };
    case "passing":
      return {
        ...always,
        failures: 1,
        fallbackModels: [],
        firstCalls: row.passing,
        answeredBy: row.passing === 2 ? FIRST : undefined,
      };
    case "fail_fast": {
      const strategy = FallbackStrategy.FAIL_FAST;
      return { ...always, strategy, fallbackModels: [NEXT.other], firstCalls: 1, answeredBy: undefined };
    }
    default: {
      const next = NEXT[situation];
      const answeredBy = row[situation] === 0 ? undefined : next;
      return { ...always, fallbackModels: [next], firstCalls: Math.max(1, row[situation]), answeredBy };
    }
  }
}

const spans = recordSpans();
const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
let sockets: FaultyServer;
beforeAll(async () => {
  await mock.start();
  sockets = await FaultyServer.start();
});
afterAll(() => Promise.all([mock.stop(), sockets.stop(), spans.stop()]));

async function start(clock: ManualClock, firstUrl: string): Promise<Headway> {
  const model = (upstream: string, contextWindow: number) =>
    `{upstream_model: ${upstream}, context_window: ${contextWindow}, limits: {rpd: 1000000}, price: {input_per_million_usd: 1, output_per_million_usd: 2}}`;
  const timeouts = `timeout: ${TIMEOUT_MS}ms, first_token_timeout: ${TIMEOUT_MS}ms, retry_delay: 1ms`;
  const headway = await startHeadway({
    clock,
    config: `
scheduler: {spacing: none}
providers:
  one: {type: openai_compatible, base_url: "${firstUrl}/v1", ${timeouts}, models: {a: ${model("alpha", 100_000)}, b: ${model("beta", 100_000)}}}
  two: {type: openai_compatible, base_url: "${mock.url}/v1", ${timeouts}, models: {c: ${model("gamma", 200_000)}}}
`,
  });
  onTestFinished(() => headway.close());
  return headway;
}

/** Makes the first candidate fail so often; the others answer. Answers where it is reached. */
function arrange(wire: Wire, failures: number): string {
  mock.reset();
  for (const model of ["alpha", "beta", "gamma"]) mock.on({ model }, { content: "well" });
  if (wire === "defect") {
    throwInside(failures);
    return mock.url;
  }
  if (typeof wire === "function") {
    // A fault of the socket comes as often as the first candidate is called; those that answer are called after it.
    Object.assign(sockets, { fault: wire, faultCount: failures, requestCount: 0 });
    return sockets.url;
  }
  const { code, status } = wire;
  const type = status === 429 && code === undefined ? "rate_limit_error" : "error";
  const error = { message: "No", type, ...(code !== undefined && { code }) };
  if (failures === 1) mock.nextRequestError(status, error);
  else mock.prependFixture({ match: { model: "alpha" }, response: { error, status } });
  return mock.url;
}

/** Lets the code that calls the first candidate throw so often what nobody foresaw. */
function throwInside(failures: number): void {
  let failuresLeft = failures;
  const isDefective = ({ upstreamModel }: ProviderCall): boolean =>
    upstreamModel === "alpha" && failuresLeft-- > 0;
  const { complete, stream } = OpenAiProvider.prototype;
  vi.spyOn(OpenAiProvider.prototype, "complete").mockImplementation(function (this: OpenAiProvider, call) {
    if (isDefective(call)) throw new TypeError("nobody foresaw this");
    return complete.call(this, call);
  });
  vi.spyOn(OpenAiProvider.prototype, "stream").mockImplementation(async function* (
    this: OpenAiProvider,
    call,
  ) {
    if (isDefective(call)) throw new TypeError("nobody foresaw this");
    yield* stream.call(this, call);
  });
  onTestFinished(() => void vi.restoreAllMocks());
}

async function make(
  headway: Headway,
  way: "unary" | "stream",
  request: MessageInitShape<typeof CompleteRequestSchema>,
  signal: AbortSignal,
): Promise<{ answer: CompleteResponse | undefined; failure: Failure | undefined; deltas: string }> {
  const asked = ask("hello", request);
  if (way === "stream") {
    const streamed = await collect(headway.grpc.streamComplete({ request: asked }, { signal }));
    return { answer: streamed.done, failure: streamed.failure, deltas: streamed.deltas.join("") };
  }
  let answer: CompleteResponse | undefined;
  const outcome = await outcomeOf(
    headway.grpc.complete(asked, { signal }).then((response) => {
      answer = response;
    }),
  );
  return { answer, failure: outcome === "OK" ? undefined : outcome, deltas: "" };
}

describe.each(ROWS)("%s", (reason, wireOf, row) => {
  describe.each(SITUATIONS)("%s", (situation) => {
    it.each(["unary", "stream"] as const)("%s", async (way) => {
      const expected = caseOf(situation, row);
      const clock = new ManualClock();
      const caller = new AbortController();
      // Where the first and the next share a server, a fault of its sockets must end with the first.
      const failures =
        situation === "same" ? Math.min(expected.failures, expected.firstCalls) : expected.failures;
      const wire = wireOf({ clock, caller });
      const headway = await start(clock, arrange(wire, failures));
      const spansBefore = spans.spans().length;
      const stop = hasten(clock);
      const { fallbackModels, strategy } = expected;
      const request = { model: FIRST, fallbackModels, strategy };
      const { answer, failure, deltas } = await make(headway, way, request, caller.signal).finally(stop);

      const failed = new Array(expected.firstCalls - Number(expected.answeredBy === FIRST)).fill([
        FIRST,
        reason,
      ]);
      const calls =
        expected.answeredBy === undefined ? failed : [...failed, [expected.answeredBy, undefined]];
      if (answer === undefined) expectFailure(failure!, reason, failed);
      else expectAnswer(answer, calls, wire);
      expect(answer?.model).toBe(expected.answeredBy);
      expect(deltas).toBe(way === "stream" && answer !== undefined ? "well" : "");
      await expectCharges(headway, calls, answer, spansBefore);
      expectSpans(spansBefore, calls, wire);
    });
  });
});

type Calls = readonly (readonly [string, Reason | undefined])[];

/** The status with which the provider refused a call. Undefined: it did not come to that. */
function refusedWith(wire: Wire): number | undefined {
  return typeof wire === "object" ? wire.status : undefined;
}

function expectAnswer(answer: CompleteResponse, calls: Calls, wire: Wire): void {
  const { CANCELLED, FAILED, SUCCEEDED } = AttemptOutcome;
  const told = answer.attempts.map(({ model, outcome, errorReason, providerStatusCode }) => [
    model,
    outcome,
    outcome === SUCCEEDED ? undefined : AttemptErrorReason[errorReason],
    providerStatusCode,
  ]);
  const outcomeOfReason = (reason: Reason | undefined) =>
    reason === undefined ? SUCCEEDED : reason === "CANCELLED" ? CANCELLED : FAILED;
  expect(told).toEqual(
    calls.map(([model, reason]) => {
      const status = reason === undefined ? 200 : refusedWith(wire);
      return [model, outcomeOfReason(reason), reason, status];
    }),
  );
  const charged = answer.attempts.reduce((sum, { cost }) => sum + (cost?.totalNanoUsd ?? 0n), 0n);
  expect(charged).toBeGreaterThan(0n);
  expect(answer.cost?.totalNanoUsd).toBe(charged);
}

function expectFailure(failure: Failure, reason: Reason, failed: Calls): void {
  if (reason === "CANCELLED") {
    expect(failure.code).toBe("Canceled");
    return;
  }
  const metadata = Object.fromEntries(
    failed.map(([model], index) => [`attempt_${index + 1}`, `${model} ${reason}`]),
  );
  expect(failure).toMatchObject({ code: "Unavailable", reason: "ALL_ATTEMPTS_FAILED", metadata });
}

const EXHAUSTING: ReadonlySet<Reason | undefined> = new Set(["RATE_LIMITED", "QUOTA_EXCEEDED"]);

/** A provider that was left while it worked has read the input, and bills it. */
const LEFT_AT_WORK: ReadonlySet<Reason | undefined> = new Set(["TIMEOUT", "CANCELLED"]);

/** Limits count every call that was sent; money what was answered or left at work. */
async function expectCharges(
  headway: Headway,
  calls: Calls,
  answer: CompleteResponse | undefined,
  spansBefore: number,
): Promise<void> {
  await expect.poll(() => headway.load()).toEqual({ waiting: 0, reserved: 0 });
  const { pools, totals } = await headway.grpc.getUsage({});
  for (const model of [FIRST, ...Object.values(NEXT)]) {
    const pool = pools.find(({ models }) => models.includes(model))!;
    const used = Number(pool.limits[0]?.used);
    const callCount = calls.filter(([called]) => called === model).length;
    // With a 429 aimock says that nothing is left, which counts as used by others.
    if (calls.some(([called, reason]) => called === model && EXHAUSTING.has(reason))) {
      expect(used).toBeGreaterThanOrEqual(callCount);
    } else expect([model, used]).toEqual([model, callCount]);
  }
  expect(totals).toMatchObject({
    requests: 1n,
    errors: answer === undefined && calls[0]?.[1] !== "CANCELLED" ? 1n : 0n,
    primaryRequests: answer?.model === FIRST ? 1n : 0n,
    fallbackRequests: answer !== undefined && answer.model !== FIRST ? 1n : 0n,
  });
  const charged = attemptSpans(spansBefore).map(({ attributes }) =>
    Number(attributes["headway.cost_nano_usd"] ?? 0),
  );
  expect(charged.map((nanoUsd) => nanoUsd > 0)).toEqual(
    calls.map(([, reason]) => reason === undefined || LEFT_AT_WORK.has(reason)),
  );
  const spent = BigInt(charged.reduce((sum, nanoUsd) => sum + nanoUsd, 0));
  expect(totals?.cost?.totalNanoUsd ?? 0n).toBe(spent);
  if (answer !== undefined) expect(answer.cost?.totalNanoUsd).toBe(spent);
}

/** The spans of the attempts of one request, in their order. */
function attemptSpans(before: number): RecordedSpan[] {
  const attempts = spans
    .spans()
    .slice(before)
    .filter(({ name }) => name.startsWith("chat "));
  return attempts.sort(
    (one, other) => Number(one.attributes["headway.attempt"]) - Number(other.attributes["headway.attempt"]),
  );
}

function expectSpans(before: number, calls: Calls, wire: Wire): void {
  const made = spans.spans().slice(before);
  const attempts = attemptSpans(before);
  expect(
    attempts.map(({ attributes, status }) => [
      attributes["headway.attempt"],
      attributes["headway.deployment"],
      attributes["error.type"],
      attributes["http.response.status_code"],
      status.code,
    ]),
  ).toEqual(
    calls.map(([model, reason], index) => {
      const { ERROR, UNSET } = SpanStatusCode;
      const end = reason === undefined ? [undefined, UNSET] : [refusedWith(wire), ERROR];
      return [index + 1, model, reason, ...end];
    }),
  );
  for (const attempt of attempts) {
    const { spanId } = attempt.spanContext();
    const children = made.filter(({ parentSpanContext }) => parentSpanContext?.spanId === spanId);
    expect(children.map(({ name }) => name)).toEqual(["wait", "call"]);
  }
}

describe("a stream that has begun", () => {
  it.each([
    ["is cut", () => (response) => void response.destroy(), "CONNECTION"],
    [
      "falls silent",
      ({ clock }) =>
        () =>
          clock.advance(TIMEOUT_MS),
      "TIMEOUT",
    ],
    [
      "says that it is overloaded",
      () => (response) => void response.end('data: {"error": {"message": "No", "code": 503}}\n\n'),
      "OVERLOADED",
    ],
  ] satisfies [string, (scene: Scene) => Fault, Reason][])(
    "and %s ends with a status, is tried nowhere else, and is charged for what came",
    async (_, faultOf, reason) => {
      const clock = new ManualClock();
      const fault = faultOf({ clock, caller: new AbortController() });
      const begin: Fault = (response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(streamPiece("partly"));
        begun = () => fault(response);
      };
      let begun = (): void => {};
      const headway = await start(clock, arrange(begin, Number.POSITIVE_INFINITY));
      const spansBefore = spans.spans().length;
      const request = ask("hello", { model: FIRST, fallbackModels: [NEXT.other] });
      const { deltas, done, failure } = await collect(headway.grpc.streamComplete({ request }), (event) => {
        if (event.case === "delta") begun();
      });
      expect(done).toBeUndefined();
      expect(deltas).toEqual(["partly"]);
      expectFailure(failure!, reason, [[FIRST, reason]]);
      expect([sockets.requestCount, mock.getRequests().length]).toEqual([1, 0]);
      const { totals } = await headway.grpc.getUsage({});
      expect(totals).toMatchObject({ requests: 1n, errors: 1n, usage: { outputTokens: 2n } });
      expect(totals?.cost?.totalNanoUsd).toBeGreaterThan(0n);
      expectSpans(spansBefore, [[FIRST, reason]], fault);
      const [span] = spans
        .spans()
        .slice(spansBefore)
        .filter(({ name }) => name.startsWith("chat "));
      expect(span?.attributes).toMatchObject({
        "gen_ai.usage.output_tokens": 2,
        "headway.usage_estimated": true,
        "headway.cost_nano_usd": Number(totals?.cost?.totalNanoUsd),
      });
    },
  );
});
