import type { ToolCall } from "../core/chat.ts";
import type { Refusal } from "../core/refusal.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import type { CompleteResult } from "./complete-result.ts";

/** Where a request stands in a queue. */
export interface QueuePlace {
  readonly model: string;
  readonly deployment: string;
  /** Place in the order of service; 1 is next. */
  readonly position: number;
  /** Milliseconds from now until the planned start. */
  readonly predictedWaitMs: number;
  /** The same when those before it use as little as usual. Undefined: nothing is known yet. */
  readonly likelyWaitMs: number | undefined;
}

/** The request stands in a queue; told when it enters, and again when its place changes. */
export interface QueuedEvent extends QueuePlace {
  readonly kind: "queued";
}

/** A call of a provider begins. */
export interface AttemptStartedEvent {
  readonly kind: "attempt_started";
  /** From 1. */
  readonly attemptNumber: number;
  readonly model: string;
  readonly deployment: string;
  readonly cause: AttemptCause;
}

/**
 * What happens while a Complete is streamed. The last event is `done` or a refusal; a stream that ends with neither is
 * broken.
 */
export type CompleteEvent =
  | QueuedEvent
  | AttemptStartedEvent
  /** More text of the answer; not empty. */
  | { readonly kind: "delta"; readonly text: string }
  /** A whole call that the model asks for. */
  | { readonly kind: "tool_call"; readonly toolCall: ToolCall }
  /** One more part of a request that is asked in parts is done. */
  | { readonly kind: "chunk_progress"; readonly doneCount: number; readonly totalCount: number }
  | { readonly kind: "done"; readonly result: CompleteResult }
  | Refusal;

/** How a request ended, as its last event. */
export function endEvent(end: CompleteResult | Refusal): CompleteEvent {
  return "kind" in end ? end : { kind: "done", result: end };
}
