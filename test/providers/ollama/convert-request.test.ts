import { describe, expect, it } from "vitest";
import type { ChatRequest, JsonObject } from "../../../src/core/chat.ts";
import { convertRequest } from "../../../src/providers/ollama/convert-request.ts";
import {
  CONVERSATION,
  FULL_REQUEST,
  IMAGE_BY_URL,
  PNG_BASE64,
} from "../../support/providers/conversation.ts";
import { makeCall, makeRequest } from "../../support/providers/make-call.ts";

function convert(request: ChatRequest, providerOptions: JsonObject = {}) {
  return convertRequest(makeCall(request, { providerOptions }), false);
}

describe("the body for Ollama", () => {
  it("holds nothing that was not asked for", () => {
    expect(convert(makeRequest("hi"))).toEqual({
      model: "test-model",
      messages: [{ role: "user", content: "hi" }],
      stream: false,
    });
  });

  it("holds every kind of part", () => {
    expect(convert(makeRequest("", { messages: CONVERSATION })).messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Where is this?", images: [PNG_BASE64] },
      {
        role: "assistant",
        content: "Let me look.",
        tool_calls: [{ function: { name: "locate", arguments: { zoom: 2 } } }],
      },
      { role: "tool", content: '{"city":"Oslo"}', tool_name: "locate" },
      { role: "tool", content: "no map", tool_name: "locate" },
    ]);
  });

  it("holds every setting", () => {
    expect(convert(FULL_REQUEST)).toMatchObject({
      options: { temperature: 0.5, top_p: 0.9, num_predict: 64, stop: ["END"], seed: 7 },
      format: { type: "object" },
      tools: [{ type: "function", function: { name: "locate" } }],
    });
    expect(convert(makeRequest("hi", { responseFormat: { kind: "json" } })).format).toBe("json");
  });

  it("offers no tools where none may be called", () => {
    expect(convert({ ...FULL_REQUEST, toolChoice: { kind: "none" } })).not.toHaveProperty("tools");
  });

  it.each([
    ["a forced tool call", { ...FULL_REQUEST, toolChoice: { kind: "required" as const } }],
    ["an image by its address", makeRequest("", { messages: [IMAGE_BY_URL] })],
  ])("refuses %s, which the API has no words for", (_, request) => {
    expect(() => convert(request)).toThrow(expect.objectContaining({ reason: "VALIDATION" }));
  });

  it("lays provider options over its own, key by key", () => {
    const options = { keep_alive: "5m", options: { num_ctx: 8_192 } };
    expect(convert(makeRequest("hi", { seed: 7 }), options)).toMatchObject({
      keep_alive: "5m",
      options: { seed: 7, num_ctx: 8_192 },
    });
  });
});
