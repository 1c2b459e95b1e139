import type { Amounts } from "../core/limit.ts";

/** Where and when something was counted, to be corrected there. */
export interface CountedEvent {
  /** Number of the event in the pool's ring. */
  readonly event: number;
  /** Monotonic time in milliseconds. */
  readonly startMs: number;
}

/** What an open call has been charged. The pool fills in all but the amounts. */
export interface Charge extends Amounts {
  /** Number of the event in the pool's ring; −1 before the charge. */
  event: number;
  /** Monotonic time of the start in milliseconds. */
  startMs: number;
  /** What was counted only when it expired. Undefined: nothing, or it has not. */
  expiry?: CountedEvent | undefined;
}
