import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../src/core/chat.ts";
import { convertRequest } from "../../../src/providers/anthropic/convert-request.ts";
import type { ProviderCall } from "../../../src/providers/provider.ts";
import {
  CONVERSATION,
  FULL_REQUEST,
  IMAGE_BY_URL,
  PNG_BASE64,
} from "../../support/providers/conversation.ts";
import { makeCall, makeRequest, message } from "../../support/providers/make-call.ts";

function convert(request: ChatRequest, fields: Partial<ProviderCall> = {}) {
  return convertRequest(makeCall(request, fields), false);
}

describe("the body for Anthropic", () => {
  it.each([
    ["the request's limit", { maxOutputTokens: 5 }, { modelMaxOutputTokens: 64_000 }, 5],
    ["the most that the model can write", {}, { modelMaxOutputTokens: 64_000 }, 64_000],
    ["what every model can write", {}, {}, 4_096],
  ])("sets max_tokens to %s", (_, request, fields, expected) => {
    expect(convert(makeRequest("hi", request), fields)).toEqual({
      model: "test-model",
      max_tokens: expected,
      messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
      stream: false,
    });
  });

  it("holds every kind of part, the system prompt apart", () => {
    const body = convert(makeRequest("", { messages: [...CONVERSATION, message("user", "And now?")] }));
    expect(body.system).toBe("Be brief.");
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Where is this?" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: PNG_BASE64 } },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "Let me look." },
          { type: "tool_use", id: "call_1", name: "locate", input: { zoom: 2 } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_1", content: '{"city":"Oslo"}' },
          { type: "tool_result", tool_use_id: "call_1", content: "no map", is_error: true },
          { type: "text", text: "And now?" },
        ],
      },
    ]);
  });

  it("holds an image's address as it is", () => {
    expect(convert(makeRequest("", { messages: [IMAGE_BY_URL] })).messages[0]!.content).toEqual([
      { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
    ]);
  });

  it("holds every setting but the seed, which the API has not", () => {
    const body = convert(FULL_REQUEST);
    expect(body).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 64,
      stop_sequences: ["END"],
      tools: [{ name: "locate", description: "Finds", input_schema: { type: "object" } }],
      tool_choice: { type: "auto" },
      output_config: { format: { type: "json_schema", schema: { type: "object" } } },
    });
    expect(body).not.toHaveProperty("seed");
  });

  it("asks for JSON in words where there is no schema", () => {
    const messages = [message("system", "Be brief."), message("user", "hi")];
    const body = convert(makeRequest("", { messages, responseFormat: { kind: "json" } }));
    expect(body.system).toMatch(/^Be brief\.\n\nAnswer with a single JSON object/);
  });

  it.each([
    [{ kind: "none" }, { type: "none" }],
    [{ kind: "required" }, { type: "any" }],
    [
      { kind: "tool", name: "locate" },
      { type: "tool", name: "locate" },
    ],
  ] as const)("says the tool choice %j", (toolChoice, expected) => {
    expect(convert({ ...FULL_REQUEST, toolChoice }).tool_choice).toEqual(expected);
  });

  it("passes provider options on", () => {
    const providerOptions = { thinking: { type: "enabled", budget_tokens: 2_000 }, model: "dearer" };
    expect(convert(makeRequest("hi"), { providerOptions })).toMatchObject({
      model: "test-model",
      thinking: { type: "enabled", budget_tokens: 2_000 },
    });
  });

  it("refuses arguments that are no object", () => {
    const toolCall = { id: "call_9", name: "locate", argumentsJson: "[1" };
    const messages = [message("assistant", { kind: "tool_call", toolCall })];
    expect(() => convert(makeRequest("", { messages }))).toThrow("tool call call_9 are not a JSON object");
  });
});
