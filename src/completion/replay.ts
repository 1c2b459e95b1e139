import type { Message } from "../core/chat.ts";
import type { CompleteEvent } from "./complete-event.ts";

/** What an answer is streamed by. */
export type AnswerPiece = Extract<CompleteEvent, { kind: "delta" | "tool_call" }>;

/** An answer that is there already, as the events of one that is being written. */
export function* replay({ parts }: Message): Generator<AnswerPiece> {
  for (const part of parts) {
    if (part.kind === "text" && part.text !== "") yield { kind: "delta", text: part.text };
    if (part.kind === "tool_call") yield { kind: "tool_call", toolCall: part.toolCall };
  }
}
