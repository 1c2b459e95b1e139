import type { FinishReason } from "../../core/chat.ts";

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: "stop",
  FUNCTION_CALL: "tool_calls",
  MAX_TOKENS: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  IMAGE_SAFETY: "content_filter",
};

/** What Gemini's `finishReason` means; it mostly says `STOP` also when the model wants tools called. */
export function mapFinishReason(word: string, hasToolCalls: boolean): FinishReason {
  if (word === "STOP" && hasToolCalls) return "tool_calls";
  return FINISH_REASONS[word] ?? "other";
}
