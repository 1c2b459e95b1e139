import { describe, expect, it } from "vitest";
import { answerOnce, completeOnce } from "../support/providers/answer-once.ts";
import { makeCall, makeRequest, message } from "../support/providers/make-call.ts";
import { collect } from "../support/providers/outcome.ts";

const call = makeCall(makeRequest("hello"));

describe("counts under our names", () => {
  const openai = (usage: object | null) => ({
    choices: [{ message: { content: "x" }, finish_reason: "stop" }],
    usage,
  });
  const anthropic = (usage: object) => ({
    content: [{ type: "text", text: "x" }],
    stop_reason: "end_turn",
    usage,
  });
  const gemini = (usageMetadata: object) => ({
    candidates: [{ content: { parts: [{ text: "x" }] }, finishReason: "STOP" }],
    usageMetadata,
  });
  const ollama = (usage: object) => ({
    message: { content: "x" },
    done: true,
    done_reason: "stop",
    ...usage,
  });

  it.each([
    [
      "openai",
      openai({
        prompt_tokens: 100,
        completion_tokens: 50,
        prompt_tokens_details: { cached_tokens: 60 },
        completion_tokens_details: { reasoning_tokens: 30 },
      }),
      { inputTokens: 100, outputTokens: 50, cachedInputTokens: 60, reasoningTokens: 30 },
    ],
    [
      "openai_compatible",
      openai({ prompt_tokens: 100, completion_tokens: 50, prompt_cache_hit_tokens: 64 }),
      { inputTokens: 100, outputTokens: 50, cachedInputTokens: 64 },
    ],
    ["openai_compatible", openai(null), {}],
    ["openai_compatible", openai({ prompt_tokens: -1, completion_tokens: "9" }), {}],
    [
      "anthropic",
      anthropic({
        input_tokens: 10,
        output_tokens: 50,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 30,
        output_tokens_details: { thinking_tokens: 20 },
      }),
      {
        inputTokens: 100,
        outputTokens: 50,
        cachedInputTokens: 60,
        cacheWriteInputTokens: 30,
        reasoningTokens: 20,
      },
    ],
    [
      "anthropic",
      anthropic({ input_tokens: 10, output_tokens: 5, cache_read_input_tokens: null }),
      { inputTokens: 10, outputTokens: 5 },
    ],
    [
      "gemini",
      gemini({
        promptTokenCount: 90,
        toolUsePromptTokenCount: 10,
        cachedContentTokenCount: 60,
        candidatesTokenCount: 20,
        thoughtsTokenCount: 30,
      }),
      { inputTokens: 100, outputTokens: 50, cachedInputTokens: 60, reasoningTokens: 30 },
    ],
    ["gemini", gemini({ promptTokenCount: 7 }), { inputTokens: 7 }],
    ["ollama", ollama({ prompt_eval_count: 7, eval_count: 3 }), { inputTokens: 7, outputTokens: 3 }],
    ["ollama", ollama({ eval_count: 3 }), { outputTokens: 3 }],
  ] as const)("%s %j", async (name, body, usage) => {
    expect((await completeOnce(name, call, { body })).usage).toEqual(usage);
  });

  it("of Anthropic's stream, the later filling in the earlier", async () => {
    const events = [
      {
        type: "message_start",
        message: {
          model: "claude",
          usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 },
        },
      },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "x" } },
      {
        type: "message_delta",
        delta: { stop_reason: "max_tokens" },
        usage: { output_tokens: 9, input_tokens: null },
      },
      { type: "message_stop" },
    ];
    const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
    const { result } = await answerOnce("anthropic", { body }, (provider) => collect(provider.stream(call)));
    expect(result.filter(({ kind }) => kind === "usage")).toEqual([
      { kind: "usage", usage: { inputTokens: 15, cachedInputTokens: 5, outputTokens: 1 } },
      { kind: "usage", usage: { inputTokens: 15, cachedInputTokens: 5, outputTokens: 9 } },
    ]);
    expect(result.at(-1)).toMatchObject({
      answer: {
        finishReason: "length",
        providerFinishReason: "max_tokens",
        responseModel: "claude",
        message: message("assistant", "x"),
        usage: { inputTokens: 15, cachedInputTokens: 5, outputTokens: 9 },
      },
    });
  });
});

describe("what is not the answer", () => {
  it.each([
    [
      "openai's refusal is a filtered answer",
      "openai",
      { choices: [{ message: { content: null, refusal: "No." }, finish_reason: "stop" }] },
      { finishReason: "content_filter", providerFinishReason: "stop", message: message("assistant", "No.") },
    ],
    [
      "anthropic's thinking is passed over",
      "anthropic",
      {
        content: [
          { type: "thinking", thinking: "Hm" },
          { type: "text", text: "Yes" },
        ],
        stop_reason: "refusal",
      },
      { finishReason: "content_filter", message: message("assistant", "Yes") },
    ],
    [
      "gemini's thoughts are passed over",
      "gemini",
      {
        candidates: [
          { content: { parts: [{ text: "Hm", thought: true }, { text: "Yes" }] }, finishReason: "NEW" },
        ],
      },
      { finishReason: "other", providerFinishReason: "NEW", message: message("assistant", "Yes") },
    ],
    [
      "an answer may be empty",
      "gemini",
      { candidates: [{ finishReason: "MAX_TOKENS" }] },
      { finishReason: "length", message: message("assistant") },
    ],
  ] as const)("%s", async (_, name, body, expected) => {
    expect(await completeOnce(name, call, { body })).toMatchObject(expected);
  });
});

describe("tool calls of an OpenAI stream", () => {
  it("are put together from fragments, and told when they are whole", async () => {
    const delta = (tool_calls: object[]) => ({ choices: [{ delta: { tool_calls } }] });
    const chunks = [
      delta([{ index: 0, id: "call_a", function: { name: "one", arguments: "" } }]),
      delta([{ index: 1, id: "call_b", function: { name: "two", arguments: '{"y"' } }]),
      delta([{ index: 0, function: { arguments: '{"x":1}' } }]),
      delta([{ index: 1, function: { arguments: ":2}" } }]),
      { choices: [{ delta: {}, finish_reason: "tool_calls" }] },
    ];
    const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
    const { result } = await answerOnce("openai", { body }, (provider) => collect(provider.stream(call)));
    expect(result.filter(({ kind }) => kind === "tool_call")).toEqual([
      { kind: "tool_call", toolCall: { id: "call_a", name: "one", argumentsJson: '{"x":1}' } },
      { kind: "tool_call", toolCall: { id: "call_b", name: "two", argumentsJson: '{"y":2}' } },
    ]);
  });
});
