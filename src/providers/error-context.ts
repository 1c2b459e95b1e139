import type { ChatRequest } from "../core/chat.ts";

/** What is known of a call when its failure is turned into an `AttemptError`. */
export interface ErrorContext {
  /** What must not appear in a message. */
  readonly secrets: readonly string[];
  /** Its texts must not appear in a message. */
  readonly request: ChatRequest;
  /** The present wall time, for `Retry-After` as a date. */
  readonly wallMs: number;
}
