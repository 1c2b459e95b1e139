import type { ToolCall } from "../core/chat.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import type { Candidate } from "./candidate.ts";

/** What is told of an attempt when its call begins. */
export interface StartedAttempt {
  readonly candidate: Candidate;
  /** From 1. */
  readonly number: number;
  readonly cause: AttemptCause;
}

/** Takes the pieces of an answer on their way to the caller. A promise holds the provider back until it resolves. */
export interface StreamSink {
  attemptStarted(attempt: StartedAttempt): void;
  delta(text: string): Promise<void>;
  toolCall(toolCall: ToolCall): Promise<void>;
}
