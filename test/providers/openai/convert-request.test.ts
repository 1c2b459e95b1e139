import { describe, expect, it } from "vitest";
import type { ChatRequest, JsonObject } from "../../../src/core/chat.ts";
import {
  convertRequest,
  OPENAI_COMPATIBLE_DIALECT,
  OPENAI_DIALECT,
} from "../../../src/providers/openai/convert-request.ts";
import {
  CONVERSATION,
  FULL_REQUEST,
  IMAGE_BY_URL,
  PNG_BASE64,
} from "../../support/providers/conversation.ts";
import { makeCall, makeRequest, message } from "../../support/providers/make-call.ts";

function convert(request: ChatRequest, providerOptions: JsonObject = {}, isStream = false) {
  return convertRequest(makeCall(request, { providerOptions }), OPENAI_DIALECT, isStream);
}

describe("the body for OpenAI", () => {
  it("holds nothing that was not asked for", () => {
    expect(convert(makeRequest("hi"))).toEqual({
      model: "test-model",
      messages: [{ role: "user", content: "hi" }],
      stream: false,
    });
  });

  it("asks for the counts of a stream", () => {
    expect(convert(makeRequest("hi"), {}, true)).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("holds every kind of part", () => {
    expect(convert(makeRequest("", { messages: CONVERSATION })).messages).toEqual([
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Where is this?" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${PNG_BASE64}` } },
        ],
      },
      {
        role: "assistant",
        content: "Let me look.",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "locate", arguments: '{"zoom":2}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: '{"city":"Oslo"}' },
      { role: "tool", tool_call_id: "call_1", content: "no map" },
    ]);
  });

  it("holds an image's address as it is", () => {
    expect(convert(makeRequest("", { messages: [IMAGE_BY_URL] })).messages[0]).toMatchObject({
      content: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }],
    });
  });

  it("holds every setting", () => {
    expect(convert(FULL_REQUEST)).toMatchObject({
      temperature: 0.5,
      top_p: 0.9,
      max_completion_tokens: 64,
      stop: ["END"],
      seed: 7,
      tools: [
        {
          type: "function",
          function: { name: "locate", description: "Finds", parameters: { type: "object" } },
        },
      ],
      tool_choice: "auto",
      response_format: {
        type: "json_schema",
        json_schema: { name: "place", strict: true, schema: { type: "object" } },
      },
    });
  });

  it("names the output limit as compatible servers know it", () => {
    const body = convertRequest(makeCall(FULL_REQUEST), OPENAI_COMPATIBLE_DIALECT, false);
    expect(body).toMatchObject({ max_tokens: 64 });
    expect(body).not.toHaveProperty("max_completion_tokens");
  });

  it.each([
    [{ kind: "none" }, "none"],
    [{ kind: "required" }, "required"],
    [
      { kind: "tool", name: "locate" },
      { type: "function", function: { name: "locate" } },
    ],
  ] as const)("says the tool choice %j", (toolChoice, expected) => {
    expect(convert({ ...FULL_REQUEST, toolChoice }).tool_choice).toEqual(expected);
  });

  it("leaves out a tool choice that says nothing, and refuses one that cannot be", () => {
    expect(convert(makeRequest("hi", { toolChoice: { kind: "auto" } }))).not.toHaveProperty("tool_choice");
    expect(() => convert(makeRequest("hi", { toolChoice: { kind: "required" } }))).toThrow("needs tools");
  });

  it("passes provider options on, also unknown ones, but not another model or way", () => {
    const body = convert(
      makeRequest("hi"),
      { model: "dearer", stream: true, reasoning_effort: "low", stream_options: { x: 1 }, brand_new: [1] },
      true,
    );
    expect(body).toMatchObject({
      model: "test-model",
      stream: true,
      reasoning_effort: "low",
      stream_options: { include_usage: true, x: 1 },
      brand_new: [1],
    });
  });

  it("refuses a part that has no place in its message", () => {
    const misplaced = message("system", CONVERSATION[1]!.parts[1]!);
    expect(() => convert(makeRequest("", { messages: [misplaced] }))).toThrow(
      expect.objectContaining({ reason: "VALIDATION" }),
    );
  });
});
