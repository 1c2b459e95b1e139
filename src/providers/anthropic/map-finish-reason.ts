import type { FinishReason } from "../../core/chat.ts";

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/** What Anthropic's `stop_reason` means. */
export function mapFinishReason(word: string): FinishReason {
  return FINISH_REASONS[word] ?? "other";
}
