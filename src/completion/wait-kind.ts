import type { WaitCause } from "../core/limit.ts";

const RATE_LIMIT_CAUSES: ReadonlySet<WaitCause> = new Set([
  "requests_window",
  "tokens_window",
  "daily_window",
  "provider_hold",
]);

/** Whether a wait was for a limit's window or a provider's hold, and not only for spacing or a place in the queue. */
export function isRateLimitWait(causes: readonly WaitCause[]): boolean {
  return causes.some((cause) => RATE_LIMIT_CAUSES.has(cause));
}
