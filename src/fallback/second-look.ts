import { retryAfterOf } from "./refuse-route.ts";
import type { Route, RoutedCandidate } from "./route.ts";
import { acceptedWaitMs, type CandidateVerdict, type RequestNeeds } from "./verdict.ts";

/** What a second look at the candidates that were passed over comes to. */
export type SecondLook =
  /** Some can be called by now; not empty, in the order of trial. */
  | { readonly kind: "found"; readonly trial: readonly RoutedCandidate[] }
  /** None can yet, and one is worth another look in `delayMs`, which `max_wait` and the deadline allow. */
  | { readonly kind: "wait"; readonly delayMs: number }
  | { readonly kind: "nothing" };

/** How many of those that were passed over can be called by now, and how many more later, in time. */
export interface Outlook {
  readonly nowCount: number;
  readonly laterCount: number;
}

/** Whether time may mend what stands in a candidate's way. */
export function isMendedByTime(verdict: CandidateVerdict): boolean {
  switch (verdict) {
    case "breaker_open":
    case "over_budget":
    case "queue_full":
    case "wait_too_long":
      return true;
    default:
      return false;
  }
}

/** What is to be done with those that were passed over. `fresh`: their route by what is known now. */
export function takeSecondLook({ trial, rest }: Route, needs: RequestNeeds): SecondLook {
  if (trial.length > 0) return { kind: "found", trial };
  const delays = delaysInTime(rest, needs);
  return delays.length === 0 ? { kind: "nothing" } : { kind: "wait", delayMs: Math.min(...delays) };
}

/** What may still come of those that were passed over. */
export function outlookOf({ trial, rest }: Route, needs: RequestNeeds): Outlook {
  return { nowCount: trial.length, laterCount: delaysInTime(rest, needs).length };
}

/** When those that `max_wait` and the deadline allow to wait for are worth another look, in whole milliseconds. */
function delaysInTime(rest: readonly RoutedCandidate[], needs: RequestNeeds): readonly number[] {
  const { remainingMs = Number.POSITIVE_INFINITY } = needs;
  return rest
    .map((routed) => Math.max(1, Math.ceil(nextLookMs(routed, needs) ?? Number.POSITIVE_INFINITY)))
    .filter((delayMs) => delayMs <= acceptedWaitMs(needs) && delayMs < remainingMs);
}

/** Undefined: nobody can say, or the wait is as long after a pause as without one. */
function nextLookMs({ candidate, verdict }: RoutedCandidate, needs: RequestNeeds): number | undefined {
  return verdict === "wait_too_long" ? undefined : retryAfterOf(candidate, verdict, needs);
}

/** A candidate found by a second look, with what was said of it at first. */
export function foundAgain(found: RoutedCandidate, before: RoutedCandidate): RoutedCandidate {
  const explanation = `at first ${before.explanation}; when no other was left: ${found.explanation}`;
  return { ...found, explanation };
}
