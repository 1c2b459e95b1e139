import type { AttemptErrorReason } from "../../core/attempt-error.ts";

/** What an error of this class lets one try next. */
export interface ErrorPolicy {
  /**
   * Whether the same deployment may be asked again. `last_resort`: only when no other candidate is left, since the
   * deployment has said that it does not want calls now, or has taken all the time that a call may take.
   */
  readonly retryHere: "yes" | "no" | "last_resort";
  /** Which other candidates may help. `larger_context`: those that hold more than the one that failed. */
  readonly next: "any" | "other_provider" | "larger_context" | "none";
}

/** What is done after a failed attempt, by its reason. */
export const ERROR_POLICIES: Readonly<Record<AttemptErrorReason, ErrorPolicy>> = {
  CONNECTION: { retryHere: "yes", next: "any" },
  TIMEOUT: { retryHere: "last_resort", next: "any" },
  OVERLOADED: { retryHere: "yes", next: "any" },
  SERVER_ERROR: { retryHere: "yes", next: "any" },
  RATE_LIMITED: { retryHere: "last_resort", next: "any" },
  AUTHENTICATION: { retryHere: "no", next: "any" },
  QUOTA_EXCEEDED: { retryHere: "no", next: "any" },
  MODEL_NOT_FOUND: { retryHere: "no", next: "any" },
  CONTEXT_TOO_LONG: { retryHere: "no", next: "larger_context" },
  VALIDATION: { retryHere: "no", next: "other_provider" },
  CONTENT_FILTERED: { retryHere: "no", next: "other_provider" },
  UNKNOWN: { retryHere: "no", next: "any" },
  CANCELLED: { retryHere: "no", next: "none" },
};
