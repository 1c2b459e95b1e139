import type { Strategy } from "../../config/config.ts";
import type { AttemptErrorReason } from "../../core/attempt-error.ts";
import type { Random } from "../../core/random.ts";
import { formatMs } from "../format.ts";
import { backoffMs } from "./backoff.ts";
import { ERROR_POLICIES } from "./error-policy.ts";

/** Where a request stands after an attempt has failed. */
export interface FailedAttempt {
  readonly reason: AttemptErrorReason;
  readonly strategy: Strategy;
  /** True: the caller has seen a part of the answer, so that no other can take its place. */
  readonly tokensStreamed: boolean;
  /** The answer had begun, seen or held back. */
  readonly hadBegun: boolean;
  /** How long the attempt took, in milliseconds. */
  readonly tookMs: number;
  /** Attempts of the whole request so far, this one included; at least 1. */
  readonly attemptCount: number;
  /** The most attempts of the whole request. */
  readonly maxAttemptCount: number;
  /** Retries at this deployment so far; 0 after its first attempt. */
  readonly retryCount: number;
  /** The most retries at this deployment. */
  readonly maxRetryCount: number;
  /** Pause before the first retry. */
  readonly retryDelayMs: number;
  /** How long the provider asks to wait. Undefined: it did not say. */
  readonly retryAfterMs: number | undefined;
  /** Until the caller's deadline. Undefined: it set none. */
  readonly remainingMs: number | undefined;
  /** What is left of `max_wait`; bounds a wait that the provider asks for, not our own pauses. */
  readonly remainingWaitMs: number;
  /** How many others may help and can be called now: not yet tried, see `usefulCandidates`, or passed over before. */
  readonly usefulCandidateCount: number;
  /** How many others were passed over and can be called later, in time. */
  readonly laterCandidateCount: number;
  readonly random: Random;
}

/** What to do after a failed attempt. `explanation` is a sentence for people, without a full stop. */
export type NextStep =
  /** Once more at the same deployment after a pause of `delayMs`, with a new slot. */
  | { readonly kind: "retry_here"; readonly delayMs: number; readonly explanation: string }
  /** The next of the useful candidates, at once. */
  | { readonly kind: "next_candidate"; readonly explanation: string }
  /** Neither here nor at another that is still to be tried; those that were passed over may be looked at again. */
  | { readonly kind: "exhausted"; readonly explanation: string }
  /** No more attempts, wherever. */
  | { readonly kind: "stop"; readonly explanation: string };

/**
 * Decides what follows a failed attempt. Attempts are first kept for candidates not yet tried: a deployment is asked
 * again only while enough of `maxAttemptCount` is left for each of them, and time for them if it fails once more.
 */
export function decideAfterFailure(failed: FailedAttempt): NextStep {
  const obstacle = whyStop(failed);
  if (obstacle !== undefined) return { kind: "stop", explanation: obstacle };
  const { reason, usefulCandidateCount } = failed;
  const hasNext = usefulCandidateCount > 0;
  const next: NextStep = { kind: "next_candidate", explanation: `${reason}: the next candidate is tried` };
  if (ERROR_POLICIES[reason].retryHere === "no") {
    return hasNext
      ? next
      : { kind: "exhausted", explanation: `${reason} is not retried, and no other candidate helps` };
  }
  if (hasNext && isBetterLeft(failed)) return next;
  const retry = tryRetry(failed);
  return retry.kind === "exhausted" && hasNext ? next : retry;
}

/**
 * Whether others come before the same deployment: it has said that it wants no calls for longer than our own pause, or it
 * has broken off an answer, which takes far longer to find out than that it gives none.
 */
function isBetterLeft({ hadBegun, reason, retryAfterMs, retryDelayMs }: FailedAttempt): boolean {
  if (ERROR_POLICIES[reason].retryHere === "last_resort" || hadBegun) return true;
  return retryAfterMs !== undefined && retryAfterMs > retryDelayMs;
}

/** Why nothing more can be tried, whatever went wrong; undefined: it can. */
function whyStop(failed: FailedAttempt): string | undefined {
  const { reason, strategy, attemptCount, maxAttemptCount, remainingMs } = failed;
  if (failed.tokensStreamed) return `${reason} after the answer had begun`;
  if (reason === "CANCELLED") return "the caller went away";
  if (strategy === "fail_fast") return `${reason}: fail_fast makes one attempt`;
  if (remainingMs !== undefined && remainingMs <= 0) return `${reason}, and the deadline has passed`;
  if (attemptCount >= maxAttemptCount) return `${reason}, and all ${maxAttemptCount} attempts are made`;
  return undefined;
}

function tryRetry(failed: FailedAttempt): NextStep {
  const { reason, attemptCount, maxAttemptCount, retryCount, maxRetryCount } = failed;
  const otherCount = failed.usefulCandidateCount + failed.laterCandidateCount;
  if (retryCount >= maxRetryCount) {
    return { kind: "exhausted", explanation: `${reason}, and all ${maxRetryCount} retries are made` };
  }
  if (maxAttemptCount - attemptCount <= otherCount) {
    return {
      kind: "exhausted",
      explanation: `${reason}, and the attempts left are kept for other candidates`,
    };
  }
  const delayMs = retryPauseMs(failed);
  const { remainingMs = Number.POSITIVE_INFINITY, tookMs } = failed;
  if (delayMs >= remainingMs) {
    return {
      kind: "exhausted",
      explanation: `${reason}, and a retry in ${formatMs(delayMs)} would miss the deadline`,
    };
  }
  if (otherCount > 0 && delayMs + tookMs >= remainingMs) {
    return {
      kind: "exhausted",
      explanation: `${reason}, and a retry that takes as long again would leave no time for other candidates`,
    };
  }
  if (failed.retryAfterMs !== undefined && failed.retryAfterMs > failed.remainingWaitMs) {
    const asked = formatMs(failed.retryAfterMs);
    return {
      kind: "exhausted",
      explanation: `${reason}, and the provider asks for a wait of ${asked}, more than max_wait leaves`,
    };
  }
  return {
    kind: "retry_here",
    delayMs,
    explanation: `${reason}: retry ${retryCount + 1} of ${maxRetryCount} after ${formatMs(delayMs)}`,
  };
}

/** The provider's own figure, when it is longer than ours. */
function retryPauseMs({ retryDelayMs, retryCount, retryAfterMs, random }: FailedAttempt): number {
  return Math.max(backoffMs({ retryDelayMs, retryNumber: retryCount, random }), retryAfterMs ?? 0);
}
