import { AttemptError, type AttemptErrorReason } from "../core/attempt-error.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";

/** The reason with which the signal of an attempt aborts when another one of the same request was faster. */
const OVERTAKEN = Symbol("another attempt was faster");

/** Ends an attempt for the benefit of a faster one. */
export function overtake(attempt: AbortController): void {
  attempt.abort(OVERTAKEN);
}

/** Whether the attempt with this signal has been given up for a faster one. */
export function isOvertaken(signal: AbortSignal): boolean {
  return signal.reason === OVERTAKEN;
}

/** What an attempt ends with that was given up for a faster one. */
export function overtakenError(): AttemptError {
  return new AttemptError("CANCELLED", "given up, since another attempt was faster");
}

/**
 * What an attempt's failure is to the breaker. Who is overtaken was slower than nearly all its calls, which counts as
 * a time limit passed: otherwise a deployment that hangs would be called for ever beside others. Of the call that was
 * made beside it nothing is known.
 */
export function reasonForBreaker(
  { reason }: AttemptError,
  cause: AttemptCause,
  signal: AbortSignal,
): AttemptErrorReason {
  return isOvertaken(signal) && cause !== "hedge" ? "TIMEOUT" : reason;
}
