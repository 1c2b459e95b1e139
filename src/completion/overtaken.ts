import { AttemptError } from "../core/attempt-error.ts";

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
