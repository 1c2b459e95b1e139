import type { Clock } from "../core/clock.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";

/** How long a pool holds after a refusal for rate that does not say how long. */
const UNSTATED_HOLD_MS = 1_000;

/** What a provider's answer says about its limits. */
export interface ProviderFeedback {
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly statusCode: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** The provider refused the call for its rate. */
  readonly isRateLimited: boolean;
}

/** Lets a pool know what its provider has said after a call. */
export function applyFeedback(
  scheduler: Scheduler,
  _clock: Clock,
  lease: Lease,
  feedback: ProviderFeedback,
): void {
  const { pool } = lease.option;
  if (!feedback.isRateLimited) return;
  pool.counters.leaked429++;
  scheduler.hold(pool, feedback.retryAfterMs ?? UNSTATED_HOLD_MS);
}
