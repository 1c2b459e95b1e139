import type { AttemptError } from "../core/attempt-error.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
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

/** The refusal of a request whose caller went away, or with `isLate` whose deadline has passed. */
export function refuseLeft(attempts: readonly AttemptRecord[], isLate: boolean): Refusal {
  const metadata = attemptMetadata(attempts);
  return isLate
    ? refuse("DEADLINE_EXCEEDED", "the caller's deadline passed before there was an answer", { metadata })
    : refuse("CANCELLED", "the caller went away", { metadata });
}

function attemptMetadata(attempts: readonly AttemptRecord[]): Record<string, string> {
  return Object.fromEntries(
    attempts.map(({ deployment, errorReason }, index) => [
      `attempt_${index + 1}`,
      `${deployment} ${errorReason}`,
    ]),
  );
}
