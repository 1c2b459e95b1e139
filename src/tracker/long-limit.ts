import type { Column } from "./column.ts";
import type { LongState } from "./counters-state.ts";
import type { RecentPeak } from "./feedback/recent-peak.ts";

/** A limit over hours or days, kept coarser than the ring: rolling in buckets, or by calendar day. */
export interface LongLimit {
  readonly column: Column;
  cap: number;
  /** What counts now. */
  readonly used: number;
  /** The highest use ever charged. */
  peak: number;
  /** Use by others that the provider told of; counts until {@link foreignUntilMs}. */
  foreign: number;
  /** Monotonic time at which {@link foreign} no longer counts; negative infinity when there never was any. */
  foreignUntilMs: number;
  /** The highest sums of late, once a provider's answer has asked for them. */
  recent: RecentPeak | undefined;
  /** Forgets what no longer counts at `nowMs`. */
  evict(nowMs: number): void;
  /** Counts `amount` from `nowMs` on; {@link evict} has been called for that time. */
  add(nowMs: number, amount: number): void;
  /** Corrects what a call started at `startMs` has been charged; does nothing when that no longer counts. */
  adjust(startMs: number, delta: number): void;
  /**
   * The first instant from `fromMs` on at which `amount` more fits; Infinity when it never does by itself. `fromMs`
   * may be any time from the last {@link evict} on.
   */
  earliestMs(fromMs: number, amount: number): number;
  /** When everything that counts now has left; `undefined` when nothing counts. */
  resetMs(nowMs: number): number | undefined;
  /** Counts a call for the time that it may be on its way from now on, when the guard has changed. */
  setGuard(guardMs: number): void;
  clone(): LongLimit;
  snapshot(): LongState;
  /** Takes over what was counted before; does nothing with the state of another kind of limit. */
  restore(state: LongState): void;
}

/** {@link LongLimit.earliestMs} beside what others have used. */
export function earliestBesideForeignMs(limit: LongLimit, fromMs: number, amount: number): number {
  if (limit.foreign === 0 || limit.foreignUntilMs <= fromMs) return limit.earliestMs(fromMs, amount);
  const besideForeignMs = limit.earliestMs(fromMs, amount + limit.foreign);
  if (besideForeignMs <= fromMs) return besideForeignMs;
  return Math.min(besideForeignMs, limit.earliestMs(Math.max(fromMs, limit.foreignUntilMs), amount));
}
