import { nextMidnightMs } from "../core/calendar.ts";
import type { Column } from "./column.ts";
import type { LongState } from "./counters-state.ts";
import type { RecentPeak } from "./feedback/recent-peak.ts";
import type { LongLimit } from "./long-limit.ts";

/**
 * A limit over the calendar day of a time zone. A call granted less than the guard before midnight may reach the
 * provider on either side of it and is counted in both days.
 */
export class CalendarLimit implements LongLimit {
  readonly column: Column;
  cap: number;
  used = 0;
  peak = 0;
  foreign = 0;
  foreignUntilMs = Number.NEGATIVE_INFINITY;
  recent: RecentPeak | undefined;
  readonly #timeZone: string;
  #guardMs: number;
  /** Wall time of a monotonic instant. */
  readonly #wallAt: (monotonicMs: number) => number;
  /** What the coming day has been charged in advance. */
  #usedNext = 0;
  /** Wall time of the end of the current day. */
  #dayEndWallMs: number;
  /** Wall time of the end of the day after; `undefined` until somebody asks. */
  #dayAfterWallMs: number | undefined;
  /** Monotonic time since which `used` has been counted. */
  #dayStartMs: number;
  /** What the wall clock was ahead of the monotonic one when last looked at. */
  #aheadMs: number;

  constructor(
    column: Column,
    timeZone: string,
    guardMs: number,
    cap: number,
    nowMs: number,
    wallAt: (monotonicMs: number) => number,
  ) {
    this.column = column;
    this.cap = cap;
    this.#timeZone = timeZone;
    this.#guardMs = guardMs;
    this.#wallAt = wallAt;
    const wallMs = wallAt(nowMs);
    this.#aheadMs = wallMs - nowMs;
    this.#dayEndWallMs = nextMidnightMs(wallMs, timeZone);
    this.#dayStartMs = Number.NEGATIVE_INFINITY;
  }

  setGuard(guardMs: number): void {
    this.#guardMs = guardMs;
  }

  evict(nowMs: number): void {
    const wallMs = this.#wallAt(nowMs);
    this.#aheadMs = wallMs - nowMs;
    while (wallMs >= this.#dayEndWallMs) {
      this.used = this.#usedNext;
      this.#usedNext = 0;
      this.#dayStartMs = this.#endMs();
      this.#dayEndWallMs = this.#dayAfter();
      this.#dayAfterWallMs = undefined;
    }
  }

  add(nowMs: number, amount: number): void {
    this.used += amount;
    if (this.#isNearEnd(nowMs)) this.#usedNext += amount;
    if (this.used > this.peak) this.peak = this.used;
  }

  adjust(startMs: number, delta: number): void {
    // From a guard before midnight on it was counted in both days.
    if (startMs < this.#dayStartMs - this.#guardMs) return;
    this.used += delta;
    if (this.#isNearEnd(startMs)) this.#usedNext += delta;
  }

  earliestMs(fromMs: number, amount: number): number {
    const endMs = this.#endMs();
    // What counts for the coming day counts for this one too, so who fits today fits in both.
    if (fromMs < endMs && this.used + amount <= this.cap) return fromMs;
    if (this.#usedNext + amount <= this.cap) return Math.max(fromMs, endMs);
    if (amount > this.cap) return Number.POSITIVE_INFINITY;
    return Math.max(fromMs, this.#dayAfter() - this.#aheadMs);
  }

  resetMs(): number | undefined {
    return this.used > 0 ? this.#endMs() : undefined;
  }

  clone(): CalendarLimit {
    const copy = new CalendarLimit(this.column, this.#timeZone, this.#guardMs, this.cap, 0, this.#wallAt);
    copy.used = this.used;
    copy.peak = this.peak;
    copy.foreign = this.foreign;
    copy.foreignUntilMs = this.foreignUntilMs;
    copy.#usedNext = this.#usedNext;
    copy.#dayEndWallMs = this.#dayEndWallMs;
    copy.#dayStartMs = this.#dayStartMs;
    copy.#aheadMs = this.#aheadMs;
    return copy;
  }

  snapshot(): LongState {
    return {
      kind: "calendar",
      dayEndWallMs: this.#dayEndWallMs,
      used: this.used,
      usedNext: this.#usedNext,
      dayStartMs: Number.isFinite(this.#dayStartMs) ? this.#dayStartMs : undefined,
    };
  }

  restore(state: LongState): void {
    if (state.kind !== "calendar") return;
    this.#dayEndWallMs = state.dayEndWallMs;
    this.#dayAfterWallMs = undefined;
    this.used = state.used;
    this.#usedNext = state.usedNext;
    this.#dayStartMs = state.dayStartMs ?? Number.NEGATIVE_INFINITY;
  }

  #isNearEnd(timeMs: number): boolean {
    return timeMs + this.#aheadMs + this.#guardMs >= this.#dayEndWallMs;
  }

  /** The monotonic time at which the day ends. */
  #endMs(): number {
    return this.#dayEndWallMs - this.#aheadMs;
  }

  #dayAfter(): number {
    this.#dayAfterWallMs ??= nextMidnightMs(this.#dayEndWallMs, this.#timeZone);
    return this.#dayAfterWallMs;
  }
}
