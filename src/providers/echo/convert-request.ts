import type { ChatRequest } from "../../core/chat.ts";
import { messageText } from "../message-text.ts";
import type { ProviderCall } from "../provider.ts";

/** What the echo model is given. */
export interface EchoRequest {
  /** The text of the last user message; empty when there is none or it holds no text. */
  readonly text: string;
  /** One token a word, over the texts of all messages. */
  readonly inputTokens: number;
  /** Undefined: no limit. */
  readonly maxOutputTokens: number | undefined;
}

/** Takes from a request what the echo model looks at; all else means nothing to it. */
export function convertRequest({ request }: ProviderCall): EchoRequest {
  const last = request.messages.findLast((message) => message.role === "user");
  return {
    text: last === undefined ? "" : messageText(last),
    inputTokens: countInputTokens(request),
    maxOutputTokens: request.maxOutputTokens,
  };
}

/**
 * Where the piece of `text` that begins at `start` ends: behind the next word, or at the end of the text when only white
 * space follows. The echo model answers in these pieces, and each counts as one token.
 */
export function pieceEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && isSpace(text.charCodeAt(end))) end++;
  while (end < text.length && !isSpace(text.charCodeAt(end))) end++;
  let next = end;
  while (next < text.length && isSpace(text.charCodeAt(next))) next++;
  return next === text.length ? next : end;
}

/** The number of pieces of a text. Walks over it and builds nothing: texts can be long. */
function countPieces(text: string): number {
  let count = 0;
  for (let end = 0; end < text.length; end = pieceEnd(text, end)) count++;
  return count;
}

function isSpace(charCode: number): boolean {
  return charCode === 0x20 || (charCode >= 0x09 && charCode <= 0x0d) || charCode === 0xa0;
}

function countInputTokens(request: ChatRequest): number {
  return request.messages.reduce((sum, message) => sum + countPieces(messageText(message)), 0);
}
