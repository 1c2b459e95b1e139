import type { Column } from "./column.ts";
import type { LongState } from "./counters-state.ts";
import type { RecentPeak } from "./feedback/recent-peak.ts";
import type { LongLimit } from "./long-limit.ts";

/** A day in one-minute buckets; other windows are cut into as many. */
const BUCKETS_PER_WINDOW = 1440;
/** Room for a window and a guard of four tenths of it; a power of two, so that a place is a mask away. */
const CAPACITY = 2048;

/**
 * A rolling limit over a long window. Events of the same bucket leave together, a window and guard after the
 * newest of them: never too early, and at most 1/1440 of the window too late.
 */
export class BucketedLimit implements LongLimit {
  readonly column: Column;
  cap: number;
  used = 0;
  peak = 0;
  foreign = 0;
  foreignUntilMs = Number.NEGATIVE_INFINITY;
  recent: RecentPeak | undefined;
  readonly #windowMs: number;
  readonly #bucketMs: number;
  #heldMs: number;
  readonly #amounts = new Float64Array(CAPACITY);
  readonly #newestMs = new Float64Array(CAPACITY);
  /** Numbers of the oldest bucket that counts and of the newest one touched. */
  #head: number;
  #last: number;
  /** Where bucket 0 begins: a restart moves the origin of time, and must not move the buckets. */
  #originMs = 0;

  constructor(column: Column, windowMs: number, guardMs: number, cap: number, nowMs: number) {
    this.column = column;
    this.cap = cap;
    this.#windowMs = windowMs;
    this.#bucketMs = windowMs / BUCKETS_PER_WINDOW;
    this.#heldMs = windowMs;
    this.setGuard(guardMs);
    this.#head = this.#bucketOf(nowMs);
    this.#last = this.#head - 1;
  }

  setGuard(guardMs: number): void {
    this.#heldMs = this.#windowMs + Math.min(guardMs, (CAPACITY - BUCKETS_PER_WINDOW - 2) * this.#bucketMs);
  }

  evict(nowMs: number): void {
    while (this.#head <= this.#last) {
      const slot = this.#head & (CAPACITY - 1);
      if (this.#amounts[slot] !== 0 && this.#newestMs[slot]! + this.#heldMs > nowMs) return;
      this.used -= this.#amounts[slot]!;
      this.#amounts[slot] = 0;
      this.#head++;
    }
  }

  add(nowMs: number, amount: number): void {
    if (amount === 0) return;
    const bucket = this.#bucketOf(nowMs);
    if (this.#head > this.#last) this.#head = bucket;
    const slot = bucket & (CAPACITY - 1);
    this.#amounts[slot] = this.#amounts[slot]! + amount;
    this.#newestMs[slot] = nowMs;
    this.#last = bucket;
    this.used += amount;
    if (this.used > this.peak) this.peak = this.used;
  }

  adjust(startMs: number, delta: number): void {
    const bucket = this.#bucketOf(startMs);
    if (bucket < this.#head || bucket > this.#last) return;
    const slot = bucket & (CAPACITY - 1);
    this.#amounts[slot] = this.#amounts[slot]! + delta;
    this.used += delta;
  }

  earliestMs(fromMs: number, amount: number): number {
    let excess = this.used + amount - this.cap;
    if (excess <= 0) return fromMs;
    for (let bucket = this.#head; bucket <= this.#last; bucket++) {
      const slot = bucket & (CAPACITY - 1);
      excess -= this.#amounts[slot]!;
      if (excess <= 0) return Math.max(fromMs, this.#newestMs[slot]! + this.#heldMs);
    }
    return Number.POSITIVE_INFINITY;
  }

  resetMs(nowMs: number): number | undefined {
    return this.used > 0 ? this.earliestMs(nowMs, this.cap) : undefined;
  }

  clone(): BucketedLimit {
    const copy = new BucketedLimit(this.column, this.#windowMs, 0, this.cap, 0);
    copy.used = this.used;
    copy.peak = this.peak;
    copy.foreign = this.foreign;
    copy.foreignUntilMs = this.foreignUntilMs;
    copy.#heldMs = this.#heldMs;
    copy.#amounts.set(this.#amounts);
    copy.#newestMs.set(this.#newestMs);
    copy.#head = this.#head;
    copy.#last = this.#last;
    copy.#originMs = this.#originMs;
    return copy;
  }

  snapshot(): LongState {
    const buckets: [number, number, number][] = [];
    for (let bucket = this.#head; bucket <= this.#last; bucket++) {
      const slot = bucket & (CAPACITY - 1);
      if (this.#amounts[slot] !== 0) buckets.push([bucket, this.#amounts[slot]!, this.#newestMs[slot]!]);
    }
    return { kind: "bucketed", originMs: this.#originMs, buckets };
  }

  restore(state: LongState): void {
    if (state.kind !== "bucketed") return;
    this.#originMs = state.originMs;
    this.#amounts.fill(0);
    this.used = 0;
    this.#last = state.buckets.at(-1)?.[0] ?? -1;
    this.#head = state.buckets[0]?.[0] ?? 0;
    for (const [bucket, amount, newestMs] of state.buckets) {
      const slot = bucket & (CAPACITY - 1);
      this.#amounts[slot] = amount;
      this.#newestMs[slot] = newestMs;
      this.used += amount;
    }
  }

  #bucketOf(timeMs: number): number {
    return Math.floor((timeMs - this.#originMs) / this.#bucketMs);
  }
}
