import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChatRequest, Tool } from "../../src/core/chat.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import type { Provider, ProviderAnswer, ProviderEvent } from "../../src/providers/provider.ts";
import { makeCall, makeRequest, message } from "../support/providers/make-call.ts";
import { attemptErrorOf, collect, deltaText } from "../support/providers/outcome.ts";
import { makeProvider, UPSTREAM_KINDS } from "../support/providers/upstreams.ts";

const WEATHER: Tool = {
  name: "get_weather",
  description: "The weather in a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const GREETING = "Good morning to you, and welcome aboard.";

const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
beforeAll(async () => {
  await mock.start();
});
afterAll(() => mock.stop());

describe.each(UPSTREAM_KINDS)("$name", (kind) => {
  let provider: Provider;
  beforeEach(() => {
    mock.reset();
    provider = makeProvider(kind, mock.url);
  });
  afterEach(() => provider.close());

  const complete = (request: ChatRequest) => provider.complete(makeCall(request));
  const stream = (request: ChatRequest) => collect(provider.stream(makeCall(request)));
  const ways = [
    ["unary", complete],
    ["streamed", stream],
  ] as const;

  describe("answers", () => {
    it("text", async () => {
      mock.onMessage("hello", { content: GREETING });
      const answer = await complete(makeRequest("hello"));
      expect(answer.message).toEqual(message("assistant", GREETING));
      expect(answer.finishReason).toBe("stop");
      expect(answer.providerFinishReason).not.toBe("");
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).toMatchObject({ "content-type": expect.stringContaining("json") });
      expectCounts(answer);
      expectOneRequest();
    });

    it("text as a stream", async () => {
      mock.onMessage("hello", { content: GREETING }, { chunkSize: 7 });
      const events = await stream(makeRequest("hello"));
      expect(events[0]).toMatchObject({ kind: "started", headers: { "content-type": expect.any(String) } });
      expect(events.filter(({ kind: eventKind }) => eventKind === "delta").length).toBeGreaterThan(3);
      expect(deltaText(events)).toBe(GREETING);
      const answer = doneAnswer(events);
      expect(answer.message).toEqual(message("assistant", GREETING));
      expect(answer.finishReason).toBe("stop");
      expect(answer.statusCode).toBe(200);
      expectCounts(answer);
      expectOneRequest();
    });

    it("a tool call", async () => {
      mock.onMessage("weather", { toolCalls: [{ name: "get_weather", arguments: '{"city":"Oslo"}' }] });
      const answer = await complete(makeRequest("weather", { tools: [WEATHER] }));
      expect(answer.finishReason).toBe("tool_calls");
      expect(toolCallsOf(answer)).toEqual([
        { id: expect.stringMatching(/./), name: "get_weather", city: "Oslo" },
      ]);
      expectOneRequest();
    });

    it("a tool call as a stream", async () => {
      mock.onMessage("weather", { toolCalls: [{ name: "get_weather", arguments: '{"city":"Oslo"}' }] });
      const events = await stream(makeRequest("weather", { tools: [WEATHER] }));
      const answer = doneAnswer(events);
      expect(answer.finishReason).toBe("tool_calls");
      expect(toolCallsOf(answer)).toEqual([
        { id: expect.stringMatching(/./), name: "get_weather", city: "Oslo" },
      ]);
      const toolCalls = events.filter(({ kind: eventKind }) => eventKind === "tool_call");
      expect(toolCalls).toEqual(answer.message.parts);
    });

    it("after a tool's result", async () => {
      mock.on({ toolResultContains: "rain" }, { content: "Take an umbrella." });
      const answer = await complete(
        makeRequest("", {
          tools: [WEATHER],
          messages: [
            message("user", "weather"),
            message("assistant", {
              kind: "tool_call",
              toolCall: { id: "call_1", name: "get_weather", argumentsJson: '{"city":"Oslo"}' },
            }),
            message("tool", {
              kind: "tool_result",
              toolResult: { toolCallId: "call_1", content: '{"sky":"rain"}', isError: false },
            }),
          ],
        }),
      );
      expect(answer.message).toEqual(message("assistant", "Take an umbrella."));
    });

    it("by a JSON schema", async () => {
      mock.onMessage("a city", { content: '{"city":"Oslo"}' });
      const schema = { type: "object", properties: { city: { type: "string" } } };
      const answer = await complete(
        makeRequest("a city", { responseFormat: { kind: "json_schema", name: "city", schema } }),
      );
      expect(answer.message).toEqual(message("assistant", '{"city":"Oslo"}'));
      expectOneRequest();
    });
  });

  describe.each(ways)("%s, fails by", (_, call) => {
    it("429: RATE_LIMITED with the wait that Retry-After asks for", async () => {
      mock.onMessage("hello", {
        error: { message: "Slow down", type: "rate_limit_error" },
        status: 429,
        retryAfter: 7,
      });
      const error = await attemptErrorOf(call(makeRequest("hello")));
      expect(error).toMatchObject({ reason: "RATE_LIMITED", statusCode: 429, retryAfterMs: 7_000 });
      expect(error.headers).toMatchObject({ "retry-after": "7" });
      expect(error.message).toBe("Slow down");
      expectOneRequest();
    });

    it("500: SERVER_ERROR", async () => {
      mock.onMessage("hello", { error: { message: "It broke", type: "server_error" }, status: 500 });
      const error = await attemptErrorOf(call(makeRequest("hello")));
      expect(error).toMatchObject({ reason: "SERVER_ERROR", statusCode: 500, retryAfterMs: undefined });
      expect(error.message).toBe("It broke");
      expectOneRequest();
    });

    it("a body that makes no sense: SERVER_ERROR", async () => {
      mock.onMessage("hello", { content: GREETING }, { chaos: { malformedRate: 1 } });
      const error = await attemptErrorOf(call(makeRequest("hello")));
      expect(error.reason).toBe("SERVER_ERROR");
      expect(error.message).toContain("makes no sense");
      expectOneRequest();
    });

    it("a connection that breaks: CONNECTION", async () => {
      mock.onMessage("hello", { content: GREETING }, { chaos: { disconnectRate: 1 } });
      const error = await attemptErrorOf(call(makeRequest("hello")));
      expect(error).toMatchObject({ reason: "CONNECTION", statusCode: undefined });
      expectOneRequest();
    });
  });

  it("fails by a stream that is cut: CONNECTION, after what had come", async () => {
    mock.onMessage("hello", { content: GREETING }, { chunkSize: 5, truncateAfterChunks: 4, latency: 5 });
    const seen: ProviderEvent[] = [];
    const error = await attemptErrorOf(
      (async () => {
        for await (const event of provider.stream(makeCall(makeRequest("hello")))) seen.push(event);
      })(),
    );
    expect(error.reason).toBe("CONNECTION");
    expect(GREETING.startsWith(deltaText(seen))).toBe(true);
    expect(deltaText(seen)).not.toBe("");
    expect(seen.map(({ kind: eventKind }) => eventKind)).not.toContain("done");
    expectOneRequest();
  });

  it("fails by a first token that is late: TIMEOUT that says so", async () => {
    const clock = new ManualClock();
    const impatient = makeProvider(kind, mock.url, clock);
    const arrived = Promise.withResolvers<void>();
    const never = new Promise<never>(() => {});
    mock.onMessage("hello", () => {
      arrived.resolve();
      return never;
    });
    const timeouts = { totalMs: 60_000, firstTokenMs: 15_000 };
    const failing = attemptErrorOf(collect(impatient.stream(makeCall(makeRequest("hello"), { timeouts }))));
    await arrived.promise;
    clock.advance(14_999);
    clock.advance(1);
    const error = await failing;
    expect(error.reason).toBe("TIMEOUT");
    expect(error.message).toBe("first token timeout: no piece of the answer within 15000 ms");
    await impatient.close();
  });
});

function doneAnswer(events: readonly ProviderEvent[]): ProviderAnswer {
  const last = events.at(-1);
  if (last?.kind !== "done") throw new Error(`the stream ended with ${last?.kind}`);
  return last.answer;
}

function toolCallsOf(answer: ProviderAnswer) {
  return answer.message.parts.map((part) => {
    if (part.kind !== "tool_call") throw new Error(`unexpected part ${part.kind}`);
    const { id, name, argumentsJson } = part.toolCall;
    return { id, name, ...(JSON.parse(argumentsJson) as { city: string }) };
  });
}

function expectCounts({ usage }: ProviderAnswer): void {
  expect(usage.inputTokens).toBeGreaterThanOrEqual(0);
  expect(usage.outputTokens).toBeGreaterThanOrEqual(0);
}

function expectOneRequest(): void {
  expect(mock.getRequests()).toHaveLength(1);
}
