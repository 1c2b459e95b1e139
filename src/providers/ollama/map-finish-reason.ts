import type { FinishReason } from "../../core/chat.ts";

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = { stop: "stop", length: "length" };

/** What Ollama's `done_reason` means; it says `stop` also when the model wants tools to be called. */
export function mapFinishReason(word: string, hasToolCalls: boolean): FinishReason {
  if (word === "stop" && hasToolCalls) return "tool_calls";
  return FINISH_REASONS[word] ?? "other";
}
