import type { Limit } from "../../core/limit.ts";
import type { LongLimit } from "../long-limit.ts";
import { RollingLimit } from "../rolling-limit.ts";
import type { HeaderLimit } from "./header-limit.ts";
import { RecentPeak } from "./recent-peak.ts";

/** Use of a limit by others of the same account. */
export interface ForeignUse {
  readonly limit: Limit;
  /** In the limit's unit. */
  readonly amount: number;
  /** Monotonic time until which it counts. */
  readonly untilMs: number;
}

/** A reset that is said to be nearer than this is a rounded-down one. */
const LEAST_RESET_MS = 1_000;

/**
 * What others must have used for the provider to state so little as remaining, at least; 0 or less: nobody need have.
 * `charged` is the most that can have been ours.
 */
export function foreignAmount(limit: Limit, header: HeaderLimit, charged: number): number {
  return usedInAll(limit, header) - charged;
}

/** What the provider counts as used by everyone; −Infinity when it does not say what remains. */
export function usedInAll(limit: Limit, header: HeaderLimit): number {
  if (header.remaining === undefined) return Number.NEGATIVE_INFINITY;
  return limit.amount - header.remaining - (header.remainingError ?? 0);
}

/** When what is used now has left, as the provider says; a whole window and guard when it does not, and at most that. */
export function foreignUntilMs(limit: Limit, header: HeaderLimit, nowMs: number, guardMs: number): number {
  const longestMs = limit.windowMs + guardMs;
  return nowMs + Math.min(longestMs, Math.max(LEAST_RESET_MS, header.resetMs ?? longestMs));
}

/**
 * The most of a counter that can have been ours at some moment from `sinceMs` on. The first time, only what it holds
 * now is known. Undefined: `sinceMs` is too long ago.
 */
export function chargedSince(
  counter: RollingLimit | LongLimit,
  nowMs: number,
  sinceMs: number,
): number | undefined {
  const sum = counter instanceof RollingLimit ? counter.sum : counter.used;
  if (counter.recent === undefined) {
    counter.recent = new RecentPeak(nowMs, sum);
    return sum;
  }
  const peak = counter.recent.since(sinceMs);
  return peak === undefined ? undefined : Math.max(peak, sum);
}
