import type { FinishReason } from "../../core/chat.ts";

/** The echo model's own words. */
export type EchoFinishWord = "end_of_text" | "limit";

/** What the echo model's word means. */
export function mapFinishReason(word: EchoFinishWord): FinishReason {
  return word === "limit" ? "length" : "stop";
}
