import type { Call } from "../core/call.ts";
import type { Refusal } from "../core/refusal.ts";
import type { CompleteEvent } from "./complete-event.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { CompleteResult } from "./complete-result.ts";
import type { PlannedComplete } from "./plan-complete.ts";

/** Answers requests. Layers around the one that calls providers have the same form, and each adds one thing. */
export interface Completion {
  /** Ends early when the call's signal aborts. */
  complete(command: CompleteCommand, call: Call): Promise<CompleteResult | Refusal>;
  /** What {@link complete} would do now; reserves nothing. */
  plan(command: CompleteCommand, call: Call): PlannedComplete;
  /**
   * The same with everything that happens on the way. The last event is `done` or a refusal. A consumer that stops
   * reading holds the provider's stream back; one that returns early ends the work.
   */
  stream(command: CompleteCommand, call: Call): AsyncIterable<CompleteEvent>;
}
