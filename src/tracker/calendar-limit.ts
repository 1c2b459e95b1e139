import { nextMidnightMs } from "../core/calendar.ts";
import type { Column } from "./event-ring.ts";
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
  readonly #timeZone: string;
  readonly #guardMs: number;
  /** Wall time of a monotonic instant. */
  readonly #wallAt: (monotonicMs: number) => number;
  /** What the coming day has been charged in advance. */
  #usedNext = 0;
  /** Wall time of the end of the current day. */
  #dayEndWallMs: number;
  /** Monotonic time since which `used` has been counted. */
  #dayStartMs: number;

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
    this.#dayEndWallMs = nextMidnightMs(wallAt(nowMs), timeZone);
    this.#dayStartMs = Number.NEGATIVE_INFINITY;
  }

  evict(nowMs: number): void {
    const wallMs = this.#wallAt(nowMs);
    while (wallMs >= this.#dayEndWallMs) {
      this.used = this.#usedNext;
      this.#usedNext = 0;
      this.#dayStartMs = this.#endMs(nowMs);
      this.#dayEndWallMs = nextMidnightMs(this.#dayEndWallMs, this.#timeZone);
    }
  }

  add(nowMs: number, amount: number): void {
    this.used += amount;
    if (this.#isNearEnd(nowMs)) this.#usedNext += amount;
    if (this.used > this.peak) this.peak = this.used;
  }

  adjust(startMs: number, delta: number): void {
    if (startMs < this.#dayStartMs) return;
    this.used += delta;
    if (this.#isNearEnd(startMs)) this.#usedNext += delta;
  }

  earliestMs(nowMs: number, amount: number): number {
    const fitsNext = this.#usedNext + amount <= this.cap;
    const fitsToday = this.used + amount <= this.cap && (fitsNext || !this.#isNearEnd(nowMs));
    if (fitsToday) return nowMs;
    if (fitsNext) return this.#endMs(nowMs);
    const dayAfterMs = nextMidnightMs(this.#dayEndWallMs, this.#timeZone);
    return amount <= this.cap ? nowMs + dayAfterMs - this.#wallAt(nowMs) : Number.POSITIVE_INFINITY;
  }

  resetMs(nowMs: number): number | undefined {
    return this.used > 0 ? this.#endMs(nowMs) : undefined;
  }

  clone(): CalendarLimit {
    const copy = new CalendarLimit(this.column, this.#timeZone, this.#guardMs, this.cap, 0, this.#wallAt);
    copy.used = this.used;
    copy.peak = this.peak;
    copy.#usedNext = this.#usedNext;
    copy.#dayEndWallMs = this.#dayEndWallMs;
    copy.#dayStartMs = this.#dayStartMs;
    return copy;
  }

  #isNearEnd(timeMs: number): boolean {
    return this.#wallAt(timeMs) + this.#guardMs >= this.#dayEndWallMs;
  }

  #endMs(nowMs: number): number {
    return nowMs + this.#dayEndWallMs - this.#wallAt(nowMs);
  }
}
