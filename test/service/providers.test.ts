import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { AttemptCause, AttemptOutcome } from "../../gen/es/headway/v1/attempt_pb.js";
import { FinishReason } from "../../gen/es/headway/v1/complete_pb.js";
import { failureOf } from "../support/service/failure.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, readToEnd, textOf } from "../support/service/talk.ts";
import { UPSTREAM_KEY, UPSTREAM_MODELS, upstreamConfig } from "../support/service/upstream-config.ts";

const GREETING = "Good morning to you, and welcome aboard.";
const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const WEATHER = { name: "get_weather", description: "The weather in a city", parameters: SCHEMA };

const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
let headway: Headway;
beforeAll(() => mock.start());
afterAll(() => mock.stop());
// A pool that a 429 has put on hold would hold the next test up.
beforeEach(async () => {
  mock.reset();
  headway = await startHeadway({ config: upstreamConfig(mock.url) });
});
afterEach(() => headway.close());

describe.each(Object.entries(UPSTREAM_MODELS))("with the wire of %s", (_provider, model) => {
  const request = (fields: Parameters<typeof ask>[1] = {}) => ask("hello", { model, ...fields });
  const complete = (fields = {}) => headway.grpc.complete(request(fields));
  const stream = (fields = {}) => collect(headway.grpc.streamComplete({ request: request(fields) }));
  const upstreamRequests = () => mock.getRequests().length;
  const expectNothingLeft = async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });

  it("answers with text", async () => {
    mock.onMessage("hello", { content: GREETING });
    const response = await complete({ requestId: "r-1" });
    expect(textOf(response)).toBe(GREETING);
    expect(response).toMatchObject({ model, finishReason: FinishReason.STOP, requestId: "r-1" });
    expect(response.attempts).toMatchObject([
      {
        model,
        deployment: model,
        outcome: AttemptOutcome.SUCCEEDED,
        providerStatusCode: 200,
        cause: AttemptCause.FIRST_CHOICE,
      },
    ]);
    expect(response.usage?.totalTokens).toBe(
      (response.usage?.inputTokens ?? 0n) + (response.usage?.outputTokens ?? 0n),
    );
    expect(upstreamRequests()).toBe(1);
    await expectNothingLeft();
  });

  it("streams text, and ends with the whole answer", async () => {
    mock.onMessage("hello", { content: GREETING }, { chunkSize: 7 });
    const { kinds, deltas, done } = await stream();
    expect(kinds[0]).toBe("attemptStarted");
    expect(kinds.at(-1)).toBe("done");
    expect(deltas.length).toBeGreaterThan(3);
    expect(deltas.join("")).toBe(GREETING);
    expect(textOf(done)).toBe(GREETING);
    expect(done?.attempts[0]?.firstTokenLatency).toBeDefined();
    expect(upstreamRequests()).toBe(1);
    await expectNothingLeft();
  });

  it("asks for a tool, whole and streamed", async () => {
    mock.onMessage("hello", { toolCalls: [{ name: "get_weather", arguments: '{"city":"Oslo"}' }] });
    const response = await complete({ tools: [WEATHER] });
    expect(response.finishReason).toBe(FinishReason.TOOL_CALLS);
    expect(response.message?.parts[0]?.part).toMatchObject({
      case: "toolCall",
      value: { name: "get_weather", id: expect.stringMatching(/./) },
    });
    const { kinds, done } = await stream({ tools: [WEATHER] });
    expect(kinds).toContain("toolCall");
    expect(done?.finishReason).toBe(FinishReason.TOOL_CALLS);
    expect(upstreamRequests()).toBe(2);
  });

  it("answers by a JSON schema", async () => {
    mock.onMessage("hello", { content: '{"city":"Oslo"}' });
    const response = await complete({ responseFormat: { name: "place", schema: SCHEMA } });
    expect(JSON.parse(textOf(response))).toEqual({ city: "Oslo" });
    expect(upstreamRequests()).toBe(1);
  });

  describe.each([
    ["a whole", complete],
    ["a streamed", (fields = {}) => readToEnd(headway.grpc.streamComplete({ request: request(fields) }))],
  ])("%s answer that fails", (_way, call) => {
    const failing = async (reason: string) => {
      const failure = await failureOf(call({ maxAttempts: 1 }));
      expect(failure).toMatchObject({
        code: "Unavailable",
        domain: "headway",
        reason: "ALL_ATTEMPTS_FAILED",
        metadata: { attempt_1: `${model} ${reason}` },
      });
      expect(failure.message).not.toContain(UPSTREAM_KEY);
      expect(upstreamRequests()).toBe(1);
      await expectNothingLeft();
      return failure;
    };

    it("by 429 says RATE_LIMITED and when to try again", async () => {
      const error = { message: "Slow down", type: "rate_limit_error" };
      mock.onMessage("hello", { error, status: 429, retryAfter: 7 });
      const failure = await failing("RATE_LIMITED");
      expect(failure.retryDelayMs).toBe(7_000);
    });

    it("by 500 says SERVER_ERROR", async () => {
      mock.onMessage("hello", { error: { message: "It broke", type: "server_error" }, status: 500 });
      expect((await failing("SERVER_ERROR")).message).toContain("It broke");
    });

    it("by a malformed body says SERVER_ERROR", async () => {
      mock.onMessage("hello", { content: GREETING }, { chaos: { malformedRate: 1 } });
      await failing("SERVER_ERROR");
    });

    it("by a broken connection says CONNECTION", async () => {
      mock.onMessage("hello", { content: GREETING }, { chaos: { disconnectRate: 1 } });
      await failing("CONNECTION");
    });
  });

  it("ends a stream that is cut with a status, after what had come, without another attempt", async () => {
    mock.onMessage("hello", { content: GREETING }, { chunkSize: 5, truncateAfterChunks: 4, latency: 5 });
    const { deltas, kinds, failure } = await stream({ maxAttempts: 3 });
    expect(failure).toMatchObject({
      code: "Unavailable",
      reason: "ALL_ATTEMPTS_FAILED",
      metadata: { attempt_1: `${model} CONNECTION` },
    });
    expect(GREETING.startsWith(deltas.join(""))).toBe(true);
    expect(deltas.length).toBeGreaterThan(0);
    expect(kinds).not.toContain("done");
    expect(upstreamRequests()).toBe(1);
    await expectNothingLeft();
  });

  it("gives a stream up whose first token is late", async () => {
    mock.onMessage("hello", () => new Promise<never>(() => {}));
    const impatient = await startHeadway({
      config: upstreamConfig(mock.url, { each: ["first_token_timeout: 300ms"] }),
    });
    onTestFinished(() => impatient.close());
    const { deltas, failure } = await collect(
      impatient.grpc.streamComplete({ request: request({ maxAttempts: 1 }) }),
    );
    expect(deltas).toEqual([]);
    expect(failure).toMatchObject({
      code: "Unavailable",
      reason: "ALL_ATTEMPTS_FAILED",
      metadata: { attempt_1: `${model} TIMEOUT` },
    });
    expect(failure?.message).toContain("first token timeout");
    expect(await impatient.load()).toEqual({ waiting: 0, reserved: 0 });
  });
});
