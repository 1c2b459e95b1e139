import { describe, expect, it } from "vitest";
import type { ChatRequest, JsonValue, Tool } from "../../../src/core/chat.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { loadEncodings, TokenEstimator } from "../../../src/cost/tokens/token-estimator.ts";
import { jsonText } from "../../../src/cost/tokens/tool-texts.ts";

/** OpenAI's published example, with what its API counted. */
const weather: Tool = {
  name: "get_current_weather",
  description: "Get the current weather in a given location",
  parameters: {
    type: "object",
    properties: {
      location: { type: "string", description: "The city and state, e.g. San Francisco, CA" },
      unit: {
        type: "string",
        description: "The unit of temperature to return",
        enum: ["celsius", "fahrenheit"],
      },
    },
    required: ["location"],
  },
};

const request: ChatRequest = {
  messages: [
    {
      role: "system",
      parts: [
        { kind: "text", text: "You are a helpful assistant that can answer to questions about the weather." },
      ],
    },
    { role: "user", parts: [{ kind: "text", text: "What's the weather like in San Francisco?" }] },
  ],
  tools: [weather],
  stopSequences: [],
};

const key = { tenant: "default", taskType: "" };

async function inputTokens(upstreamModel: string, changes: Partial<ChatRequest> = {}): Promise<number> {
  const estimator = new TokenEstimator({ encodings: await loadEncodings(), random: seededRandom(1) });
  const model = { id: upstreamModel, upstreamModel };
  return estimator.estimate({ ...request, ...changes }, model, key).inputTokens;
}

describe("tools in the input", () => {
  it.each([
    ["gpt-4o", 101],
    ["gpt-4o-mini", 101],
    ["gpt-4", 105],
    ["gpt-3.5-turbo", 105],
  ])("count for %s as its maker publishes", async (model, tokens) => {
    expect(await inputTokens(model)).toBe(tokens);
  });

  it("count for Claude with its preamble, which depends on whether one must be used", async () => {
    const optional = await inputTokens("claude-sonnet-4-5");
    const required = await inputTokens("claude-sonnet-4-5", { toolChoice: { kind: "required" } });
    const none = await inputTokens("claude-sonnet-4-5", { tools: [] });
    expect(optional - required).toBe(Math.round(1.2 * (346 - 313)));
    expect(optional - none).toBeGreaterThan(1.2 * 346);
  });

  it("count nested and odd schemas too", async () => {
    const plain = await inputTokens("gpt-4o");
    const nested = { type: "array", items: { type: "object", properties: { street: { type: "string" } } } };
    const withNested = { ...weather, parameters: { properties: { addresses: nested } } };
    expect(await inputTokens("gpt-4o", { tools: [weather, withNested] })).toBeGreaterThan(plain + 20);
    const odd = {
      ...weather,
      parameters: { properties: { a: true, b: { type: ["string", "null"], enum: [1, null] } } },
    };
    expect(await inputTokens("gpt-4o", { tools: [odd] })).toBeGreaterThan(0);
    expect(await inputTokens("gpt-4o", { tools: [{ ...weather, parameters: {} }] })).toBeGreaterThan(0);
  });

  it("leave calls, results and answer schemas counted as well", async () => {
    const none = await inputTokens("gpt-4o", { tools: [] });
    const called = await inputTokens("gpt-4o", {
      tools: [],
      messages: [
        ...request.messages,
        {
          role: "assistant",
          parts: [
            {
              kind: "tool_call",
              toolCall: { id: "1", name: "get_current_weather", argumentsJson: '{"a":"b"}' },
            },
          ],
        },
        {
          role: "tool",
          parts: [{ kind: "tool_result", toolResult: { toolCallId: "1", content: "sunny", isError: false } }],
        },
      ],
    });
    expect(called).toBeGreaterThan(none + 25);
    const schema = { type: "object", properties: { answer: { type: "string" } } };
    const structured = await inputTokens("gpt-4o", {
      tools: [],
      responseFormat: { kind: "json_schema", name: "answer", schema },
    });
    expect(structured).toBeGreaterThan(none + 10);
  });
});

describe("JSON as text", () => {
  it.each<JsonValue>([
    null,
    1.5,
    "a",
    [],
    {},
    [1, [2, "x"], { a: null, b: [true] }],
    { type: "object", properties: { a: { enum: ["x", "y"] } } },
  ])("is what JSON.stringify writes: %j", (value) => {
    expect(jsonText(value)).toBe(JSON.stringify(value));
  });

  it("stops in a value of unreasonable size", () => {
    const size = (values: number) => jsonText(Array.from({ length: values }, () => [1])).length;
    expect(size(1_000_000)).toBe(size(100_000));
    expect(size(100_000)).toBeLessThan(60_000);
  });
});
