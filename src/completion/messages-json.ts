import type { Image, Message, Part } from "../core/chat.ts";

/** A longer text is cut: collectors refuse batches of more than some megabytes. */
const MOST_CHARACTERS = 32_000;

/** Messages as the GenAI conventions write them into a span. The bytes of images are left out. */
export function messagesJson(messages: readonly Message[]): string {
  return JSON.stringify(messages.map(({ role, parts }) => ({ role, parts: parts.map(describePart) })));
}

function describePart(part: Part): unknown {
  switch (part.kind) {
    case "text":
      return { type: "text", content: cut(part.text) };
    case "image":
      return describeImage(part.image);
    case "tool_call": {
      const { id, name, argumentsJson } = part.toolCall;
      return { type: "tool_call", id, name, arguments: cut(argumentsJson) };
    }
    case "tool_result": {
      const { toolCallId, content } = part.toolResult;
      return { type: "tool_call_response", id: toolCallId, response: cut(content) };
    }
  }
}

function describeImage({ source, mediaType }: Image): unknown {
  const kind = { modality: "image", mime_type: mediaType };
  return source.kind === "url" ? { type: "uri", ...kind, uri: cut(source.url) } : { type: "blob", ...kind };
}

function cut(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}
