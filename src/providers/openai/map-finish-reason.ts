import type { FinishReason } from "../../core/chat.ts";

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
};

/** What OpenAI's `finish_reason` means. */
export function mapFinishReason(word: string): FinishReason {
  return FINISH_REASONS[word] ?? "other";
}
