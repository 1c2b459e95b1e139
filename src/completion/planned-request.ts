import type { AttemptLog } from "./attempt-log.ts";
import type { CompleterOptions } from "./completer-options.ts";
import type { EventSink } from "./event-sink.ts";
import type { CompletePlan, PlanQuestion } from "./plan-complete.ts";

/** A request whose plan is made, with all that its attempts need. */
export interface PlannedRequest {
  readonly options: CompleterOptions;
  readonly question: PlanQuestion;
  readonly plan: CompletePlan;
  readonly log: AttemptLog;
  /** Undefined: the answer is wanted whole. */
  readonly events: EventSink | undefined;
}

/** What is left of `max_wait` after all the waits so far, in milliseconds. */
export function remainingWaitMs({ plan, log }: PlannedRequest): number {
  return Math.max(0, plan.settings.maxWaitMs - log.waitedMs);
}
