import type { AttemptErrorReason } from "../../core/attempt-error.ts";
import type { BreakerSignal } from "./breaker.ts";

/**
 * What a failed attempt says about its deployment. A provider that refuses one request for what it is, or asks to
 * slow down, is alive; the pool's hold, not the breaker, keeps calls away after a 429.
 */
const SIGNALS: Readonly<Record<AttemptErrorReason, BreakerSignal>> = {
  CONNECTION: "failure",
  TIMEOUT: "failure",
  OVERLOADED: "failure",
  SERVER_ERROR: "failure",
  AUTHENTICATION: "failure",
  QUOTA_EXCEEDED: "failure",
  MODEL_NOT_FOUND: "failure",
  UNKNOWN: "failure",
  RATE_LIMITED: "success",
  VALIDATION: "success",
  CONTEXT_TOO_LONG: "success",
  CONTENT_FILTERED: "success",
  CANCELLED: "nothing",
};

/** What an attempt's end says about its deployment; undefined: it succeeded. */
export function breakerSignal(reason: AttemptErrorReason | undefined): BreakerSignal {
  return reason === undefined ? "success" : SIGNALS[reason];
}
