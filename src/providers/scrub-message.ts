import type { ChatRequest } from "../core/chat.ts";

const MAX_MESSAGE_CHARS = 300;
/** What is read of a provider's message before it is cut: bounds the work on a huge error page. */
const MAX_SCANNED_CHARS = 2 * MAX_MESSAGE_CHARS;
/** A run this long that the message shares with the prompt is taken for a quotation of it. */
const ECHO_CHARS = 16;
/** The parts of a prompt that are looked through for quotations: its beginnings, so that the work stays bounded. */
const MAX_PROMPT_CHARS = 16_384;
const SHORTEST_SECRET_CHARS = 4;
const KEY_LIKE = /\b(?:sk-|AIza|gsk_|xai-|Bearer\s+)[\w.*-]{8,}/g;

/**
 * A provider's error message made fit to be shown, logged and traced: on one line, at most 300 characters, without
 * `secrets`, without anything that looks like a key, and without longer quotations of the request's own text.
 */
export function scrubMessage(message: string, secrets: readonly string[], request: ChatRequest): string {
  let text = message.replace(/\s+/g, " ").trim();
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_SECRET_CHARS) text = text.replaceAll(secret, "[secret]");
  }
  text = text.slice(0, MAX_SCANNED_CHARS).replace(KEY_LIKE, "[secret]");
  text = withoutQuotations(text, promptText(request));
  return text.length <= MAX_MESSAGE_CHARS ? text : `${text.slice(0, MAX_MESSAGE_CHARS - 1)}…`;
}

function withoutQuotations(text: string, prompt: string): string {
  let result = "";
  let index = 0;
  while (index < text.length) {
    let end = index + ECHO_CHARS;
    if (end > text.length || !prompt.includes(text.slice(index, end))) {
      result += text[index++];
      continue;
    }
    while (end < text.length && prompt.includes(text.slice(index, end + 1))) end++;
    result += "[prompt]";
    index = end;
  }
  return result;
}

function promptText(request: ChatRequest): string {
  let text = "";
  for (const message of request.messages) {
    for (const part of message.parts) {
      const room = MAX_PROMPT_CHARS - text.length;
      if (room <= 0) return text;
      text += `\n${textIn(part).slice(0, room).replace(/\s+/g, " ")}`;
    }
  }
  return text;
}

function textIn(part: ChatRequest["messages"][number]["parts"][number]): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "tool_call":
      return part.toolCall.argumentsJson;
    case "tool_result":
      return part.toolResult.content;
    case "image":
      return part.image.source.kind === "url" ? part.image.source.url : "";
  }
}
