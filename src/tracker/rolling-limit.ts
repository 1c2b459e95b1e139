import type { CauseSet } from "../core/cause-set.ts";
import type { Column } from "./column.ts";
import type { EventRing } from "./event-ring.ts";
import type { RecentPeak } from "./feedback/recent-peak.ts";

/**
 * A limit over a rolling window of some minutes at most: a head into the pool's ring and a running sum. Events
 * count from their start until `heldMs` later, so the sum over any half-open window of that length is known.
 */
export class RollingLimit {
  readonly column: Column;
  /** Window and guard together, in milliseconds. */
  readonly heldMs: number;
  cap: number;
  /** What a call waits for that finds no room. */
  readonly cause: CauseSet;
  /** Sum of the column over the events held. */
  sum = 0;
  /** The highest sum ever charged. */
  peak = 0;
  /** Use by others that the provider told of; counts until {@link foreignUntilMs}. */
  foreign = 0;
  foreignUntilMs = Number.NEGATIVE_INFINITY;
  /** The highest sums of late, once a provider's answer has asked for them. */
  recent: RecentPeak | undefined;
  /** Number of the oldest event that still counts. */
  head: number;

  constructor(column: Column, heldMs: number, cap: number, cause: CauseSet, head: number) {
    this.column = column;
    this.heldMs = heldMs;
    this.cap = cap;
    this.cause = cause;
    this.head = head;
  }

  /** Drops the events that have left the window at `nowMs`. */
  evict(ring: EventRing, nowMs: number): void {
    let head = this.head;
    while (head < ring.end && ring.startMs(head) + this.heldMs <= nowMs) {
      this.sum -= ring.amount(head, this.column);
      head++;
    }
    this.head = head;
    if (this.foreign > 0 && this.foreignUntilMs <= nowMs) this.foreign = 0;
  }

  /** Adds what a new event, already in the ring, takes. */
  add(amount: number): void {
    this.sum += amount;
    if (this.sum > this.peak) this.peak = this.sum;
  }

  /**
   * The instant at which `amount` more fits, with `open` charged beside the ring. Negative infinity when it fits
   * now; infinity when only a settlement can make room.
   */
  earliestMs(ring: EventRing, amount: number, open: number): number {
    const excess = this.sum + open + amount - this.cap;
    if (excess + this.foreign <= 0) return Number.NEGATIVE_INFINITY;
    const besideForeignMs = this.#leavingMs(ring, excess + this.foreign);
    if (this.foreign === 0) return besideForeignMs;
    return Math.min(besideForeignMs, Math.max(this.foreignUntilMs, this.#leavingMs(ring, excess)));
  }

  /** The instant at which `excess` has left the ring's part of the sum. */
  #leavingMs(ring: EventRing, excess: number): number {
    if (excess <= 0) return Number.NEGATIVE_INFINITY;
    let left = excess;
    for (let event = this.head; event < ring.end; event++) {
      left -= ring.amount(event, this.column);
      if (left <= 0) return ring.startMs(event) + this.heldMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** When everything that counts now has left; `undefined` when nothing counts. */
  resetMs(ring: EventRing): number | undefined {
    const ownMs = this.sum > 0 ? this.#leavingMs(ring, this.sum) : undefined;
    return this.foreign > 0 ? Math.max(this.foreignUntilMs, ownMs ?? 0) : ownMs;
  }

  clone(): RollingLimit {
    const copy = new RollingLimit(this.column, this.heldMs, this.cap, this.cause, this.head);
    copy.sum = this.sum;
    copy.peak = this.peak;
    copy.foreign = this.foreign;
    copy.foreignUntilMs = this.foreignUntilMs;
    return copy;
  }
}
