import { describe, expect, it } from "vitest";
import type { ChatRequest, JsonObject } from "../../../src/core/chat.ts";
import { convertRequest } from "../../../src/providers/gemini/convert-request.ts";
import {
  CONVERSATION,
  FULL_REQUEST,
  IMAGE_BY_URL,
  PNG_BASE64,
} from "../../support/providers/conversation.ts";
import { makeCall, makeRequest, message } from "../../support/providers/make-call.ts";

function convert(request: ChatRequest, providerOptions: JsonObject = {}) {
  return convertRequest(makeCall(request, { providerOptions }));
}

describe("the body for Gemini", () => {
  it("holds nothing that was not asked for", () => {
    expect(convert(makeRequest("hi"))).toEqual({ contents: [{ role: "user", parts: [{ text: "hi" }] }] });
  });

  it("holds every kind of part, the system prompt apart", () => {
    const body = convert(makeRequest("", { messages: CONVERSATION }));
    expect(body.systemInstruction).toEqual({ parts: [{ text: "Be brief." }] });
    expect(body.contents).toEqual([
      {
        role: "user",
        parts: [{ text: "Where is this?" }, { inlineData: { mimeType: "image/png", data: PNG_BASE64 } }],
      },
      {
        role: "model",
        parts: [{ text: "Let me look." }, { functionCall: { name: "locate", args: { zoom: 2 } } }],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { name: "locate", response: { city: "Oslo" } } },
          { functionResponse: { name: "locate", response: { error: "no map" } } },
        ],
      },
    ]);
  });

  it("puts a result that is no object into one", () => {
    const toolCall = { id: "call_1", name: "locate", argumentsJson: "" };
    const toolResult = { toolCallId: "call_1", content: "[1]", isError: false };
    const messages = [
      message("assistant", { kind: "tool_call", toolCall }),
      message("tool", { kind: "tool_result", toolResult }),
    ];
    expect(convert(makeRequest("", { messages })).contents.flatMap((content) => content.parts)).toEqual([
      { functionCall: { name: "locate", args: {} } },
      { functionResponse: { name: "locate", response: { result: "[1]" } } },
    ]);
  });

  it("refuses a result of a call that is not there", () => {
    const messages = [CONVERSATION[3]!];
    expect(() => convert(makeRequest("", { messages }))).toThrow("no tool call has the id call_1");
  });

  it("holds an image's address as it is", () => {
    expect(convert(makeRequest("", { messages: [IMAGE_BY_URL] })).contents[0]!.parts).toEqual([
      { fileData: { fileUri: "https://example.com/a.png" } },
    ]);
  });

  it("holds every setting, schemas as they are", () => {
    expect(convert(FULL_REQUEST)).toMatchObject({
      generationConfig: {
        temperature: 0.5,
        topP: 0.9,
        maxOutputTokens: 64,
        stopSequences: ["END"],
        seed: 7,
        responseMimeType: "application/json",
        responseJsonSchema: { type: "object" },
      },
      tools: [
        {
          functionDeclarations: [
            { name: "locate", description: "Finds", parametersJsonSchema: { type: "object" } },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: "AUTO" } },
    });
  });

  it.each([
    [{ kind: "none" }, { mode: "NONE" }],
    [{ kind: "required" }, { mode: "ANY" }],
    [
      { kind: "tool", name: "locate" },
      { mode: "ANY", allowedFunctionNames: ["locate"] },
    ],
  ] as const)("says the tool choice %j", (toolChoice, expected) => {
    expect(convert({ ...FULL_REQUEST, toolChoice }).toolConfig).toEqual({ functionCallingConfig: expected });
  });

  it("lays provider options over its own, key by key", () => {
    const options = { generationConfig: { thinkingConfig: { thinkingBudget: 0 } }, safetySettings: [] };
    expect(convert(makeRequest("hi", { temperature: 1 }), options)).toMatchObject({
      generationConfig: { temperature: 1, thinkingConfig: { thinkingBudget: 0 } },
      safetySettings: [],
    });
  });
});
