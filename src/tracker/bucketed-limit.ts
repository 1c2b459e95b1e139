import type { Column } from "./event-ring.ts";
import type { LongLimit } from "./long-limit.ts";

/** A day in one-minute buckets; other windows are cut into as many. */
const BUCKETS_PER_WINDOW = 1440;

/**
 * A rolling limit over a long window. Events of the same bucket leave together, a window and guard after the
 * newest of them: never too early, and at most 1/1440 of the window too late.
 */
export class BucketedLimit implements LongLimit {
  readonly column: Column;
  cap: number;
  used = 0;
  peak = 0;
  readonly #windowMs: number;
  readonly #heldMs: number;
  readonly #bucketMs: number;
  readonly #capacity: number;
  readonly #amounts: Float64Array;
  readonly #newestMs: Float64Array;
  /** Numbers of the oldest bucket that counts and of the newest one touched. */
  #head: number;
  #last: number;

  constructor(column: Column, windowMs: number, guardMs: number, cap: number, nowMs: number) {
    this.column = column;
    this.cap = cap;
    this.#windowMs = windowMs;
    this.#heldMs = windowMs + guardMs;
    this.#bucketMs = windowMs / BUCKETS_PER_WINDOW;
    this.#capacity = Math.ceil(this.#heldMs / this.#bucketMs) + 2;
    this.#amounts = new Float64Array(this.#capacity);
    this.#newestMs = new Float64Array(this.#capacity);
    this.#head = this.#bucketOf(nowMs);
    this.#last = this.#head - 1;
  }

  evict(nowMs: number): void {
    while (this.#head <= this.#last) {
      const slot = this.#slotOf(this.#head);
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
    const slot = this.#slotOf(bucket);
    this.#amounts[slot] = this.#amounts[slot]! + amount;
    this.#newestMs[slot] = nowMs;
    this.#last = bucket;
    this.used += amount;
    if (this.used > this.peak) this.peak = this.used;
  }

  adjust(startMs: number, delta: number): void {
    const bucket = this.#bucketOf(startMs);
    if (bucket < this.#head || bucket > this.#last) return;
    const slot = this.#slotOf(bucket);
    this.#amounts[slot] = this.#amounts[slot]! + delta;
    this.used += delta;
  }

  earliestMs(nowMs: number, amount: number): number {
    let excess = this.used + amount - this.cap;
    if (excess <= 0) return nowMs;
    for (let bucket = this.#head; bucket <= this.#last; bucket++) {
      const slot = this.#slotOf(bucket);
      excess -= this.#amounts[slot]!;
      if (excess <= 0) return this.#newestMs[slot]! + this.#heldMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  resetMs(): number | undefined {
    return this.used > 0 ? this.#newestMs[this.#slotOf(this.#last)]! + this.#heldMs : undefined;
  }

  clone(): BucketedLimit {
    const copy = new BucketedLimit(this.column, this.#windowMs, this.#heldMs - this.#windowMs, this.cap, 0);
    copy.used = this.used;
    copy.peak = this.peak;
    copy.#amounts.set(this.#amounts);
    copy.#newestMs.set(this.#newestMs);
    copy.#head = this.#head;
    copy.#last = this.#last;
    return copy;
  }

  #bucketOf(timeMs: number): number {
    return Math.floor(timeMs / this.#bucketMs);
  }

  #slotOf(bucket: number): number {
    return ((bucket % this.#capacity) + this.#capacity) % this.#capacity;
  }
}
