import type { ChatRequest, Message } from "../../../src/core/chat.ts";
import { makeRequest, message } from "./make-call.ts";

/** The first bytes of a PNG, and the same in base64. */
export const PNG_BYTES = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
export const PNG_BASE64 = "iVBORw==";

/** A conversation with every kind of part in its place. */
export const CONVERSATION: readonly Message[] = [
  message("system", "Be brief."),
  message("user", "Where is this?", {
    kind: "image",
    image: { source: { kind: "data", bytes: PNG_BYTES }, mediaType: "image/png" },
  }),
  message("assistant", "Let me look.", {
    kind: "tool_call",
    toolCall: { id: "call_1", name: "locate", argumentsJson: '{"zoom":2}' },
  }),
  message(
    "tool",
    { kind: "tool_result", toolResult: { toolCallId: "call_1", content: '{"city":"Oslo"}', isError: false } },
    { kind: "tool_result", toolResult: { toolCallId: "call_1", content: "no map", isError: true } },
  ),
];

/** A message whose only part is an image at an address. */
export const IMAGE_BY_URL = message("user", {
  kind: "image",
  image: { source: { kind: "url", url: "https://example.com/a.png" }, mediaType: "" },
});

const SCHEMA = { type: "object", properties: { city: { type: "string" } } };

/** A request with every setting. */
export const FULL_REQUEST: ChatRequest = makeRequest("hi", {
  tools: [{ name: "locate", description: "Finds", parameters: SCHEMA }],
  toolChoice: { kind: "auto" },
  responseFormat: { kind: "json_schema", name: "place", schema: SCHEMA, strict: true },
  temperature: 0.5,
  topP: 0.9,
  maxOutputTokens: 64,
  stopSequences: ["END"],
  seed: 7,
});
