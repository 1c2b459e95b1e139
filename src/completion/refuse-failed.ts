import type { AttemptError } from "../core/attempt-error.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { Route } from "../fallback/route.ts";
import type { AttemptRecord } from "./complete-result.ts";

/** The refusal of a request whose attempts have all failed. */
export function refuseFailed(
  attempts: readonly AttemptRecord[],
  error: AttemptError,
  explanation: string,
): Refusal {
  const told = attempts.map(
    ({ deployment, errorReason, errorMessage }) => `${deployment}: ${errorReason} (${errorMessage})`,
  );
  return refuse("ALL_ATTEMPTS_FAILED", `every attempt failed: ${told.join("; ")}. ${explanation}`, {
    metadata: attemptMetadata(attempts),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  });
}

/**
 * The refusal of a request at the end of its route. `failure`: what its attempts came to; undefined: none was made.
 * `notStarted`: why candidates were not called when their turn came. Beside those, the message says of every candidate
 * of the route why it was not tried.
 */
export function refuseTried(
  failure: Refusal | undefined,
  notStarted: readonly Refusal[],
  { rest }: Route,
): Refusal {
  const refusals = failure === undefined ? notStarted : [failure, ...notStarted];
  const leaving = notStarted.find(({ reason }) => reason === "SHUTTING_DOWN");
  const base = failure ?? leaving ?? soonest(notStarted);
  const others = refusals.filter((refusal) => refusal !== base).map(({ message }) => message);
  const skipped = rest.map(({ candidate, explanation }) => `${candidate.deploymentId} ${explanation}.`);
  const { retryAfterMs } = soonest(refusals);
  return {
    ...base,
    message: [base.message, ...others, ...skipped].map(withFullStop).join(" "),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The one that time mends first; the last, when time mends none. */
function soonest(refusals: readonly Refusal[]): Refusal {
  const timeOf = ({ retryAfterMs = Number.POSITIVE_INFINITY }: Refusal): number => retryAfterMs;
  return refusals.reduce((first, other) => (timeOf(other) <= timeOf(first) ? other : first));
}

function withFullStop(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The refusal of a request whose caller went away, or with `isLate` whose deadline has passed. */
export function refuseLeft(attempts: readonly AttemptRecord[], isLate: boolean): Refusal {
  const metadata = attemptMetadata(attempts);
  return isLate
    ? refuse("DEADLINE_EXCEEDED", "the caller's deadline passed before there was an answer", { metadata })
    : refuse("CANCELLED", "the caller went away", { metadata });
}

/** The attempts, and what they are charged for if they are. */
function attemptMetadata(attempts: readonly AttemptRecord[]): Record<string, string> {
  const told = attempts.map(({ deployment, errorReason }, index) => [
    `attempt_${index + 1}`,
    `${deployment} ${errorReason}`,
  ]);
  const chargedNanoUsd = attempts.reduce((sum, { cost }) => sum + (cost?.totalNanoUsd ?? 0n), 0n);
  if (chargedNanoUsd > 0n) told.push(["charged_nano_usd", String(chargedNanoUsd)]);
  return Object.fromEntries(told);
}
