import type { Amounts } from "../core/limit.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import type { FairQueue } from "./fair-queue.ts";
import type { Place } from "./place.ts";

/** When a waiter would start, and how many are served before it. */
export interface PlannedStart {
  /** Monotonic time in milliseconds. */
  readonly startMs: number;
  /** 1 is next. */
  readonly position: number;
}

/** Waiters that are played one by one; who stands further back is placed by the average distance of these. */
const MOST_PLAYED = 2_000;
/** A plan that may be too late is made anew at most this often while many wait. */
const REFRESH_MS = 100;

/**
 * The planned starts of a pool's queue: the queue played in service order on a copy of the pool. Estimates count in
 * full, so the plan is late rather than early, except that open calls are taken to end in time, since nobody knows
 * when they do. The last planned state is kept: a newcomer at the end costs O(1).
 */
export class QueuePlan {
  readonly #usage: PoolUsage;
  readonly #queue: FairQueue;
  /** The pool after everyone in the queue has started. */
  #after: PoolUsage | undefined;
  #lastStartMs = 0;
  #madeMs = Number.NEGATIVE_INFINITY;
  /** Calls have ended or left since the plan was made: its starts may be too late. */
  #isPessimistic = false;

  constructor(usage: PoolUsage, queue: FairQueue) {
    this.#usage = usage;
    this.#queue = queue;
  }

  /** Forgets the plan: someone was put in between, or room was taken away. */
  drop(): void {
    this.#after = undefined;
  }

  /** Says that starts may be earlier than planned. */
  notePessimistic(): void {
    this.#isPessimistic = true;
  }

  /** The planned start of someone who has just been put into the queue, and leaves it if that is too late. */
  startOf(place: Place, nowMs: number, isLast: boolean, deadlineMs: number): PlannedStart {
    const amounts = place.amounts;
    if (!isLast) return this.#playUntil(place, nowMs);
    const position = this.#queue.size;
    if (this.#after === undefined || position === 1)
      return { startMs: this.#endOfQueueMs(nowMs, deadlineMs), position };
    const startMs = this.#after.earliestMs(Math.max(nowMs, this.#lastStartMs), amounts, true);
    const isStale =
      this.#isPessimistic && (position <= MOST_PLAYED / 2 || nowMs >= this.#madeMs + REFRESH_MS);
    if (startMs > deadlineMs && isStale) return { startMs: this.#playAll(nowMs, deadlineMs), position };
    if (startMs <= deadlineMs) {
      this.#play(this.#after, startMs, amounts);
      this.#lastStartMs = startMs;
    }
    return { startMs, position };
  }

  /** The planned start of a newcomer that is not let in. */
  previewOf(newcomer: Place, nowMs: number): PlannedStart {
    if (this.#queue.size === 0) {
      return { startMs: this.#usage.earliestMs(nowMs, newcomer.option.amounts, true), position: 1 };
    }
    this.#queue.push(newcomer, nowMs);
    const planned = this.#playUntil(newcomer, nowMs);
    this.#queue.remove(newcomer);
    return planned;
  }

  /** Everyone whose planned start is after their deadline, among the first that wait. */
  tooLate(nowMs: number): { place: Place; startMs: number }[] {
    const after = this.#usage.clone();
    const late: { place: Place; startMs: number }[] = [];
    let startMs = nowMs;
    let played = 0;
    for (const place of this.#queue.inServiceOrder()) {
      if (played++ >= MOST_PLAYED) break;
      const plannedMs = after.earliestMs(startMs, place.amounts, true);
      if (plannedMs > place.waiter.deadlineMs) {
        late.push({ place, startMs: plannedMs });
        continue;
      }
      this.#play(after, plannedMs, place.amounts);
      startMs = plannedMs;
    }
    return late;
  }

  /** The start of the last in the queue; while many wait, from a plan that may be a little old. */
  #endOfQueueMs(nowMs: number, deadlineMs: number): number {
    const isFresh = this.#queue.size > MOST_PLAYED && nowMs < this.#madeMs + REFRESH_MS;
    return isFresh ? stretch(nowMs, this.#lastStartMs, this.#queue.size) : this.#playAll(nowMs, deadlineMs);
  }

  #playUntil(target: Place, nowMs: number): PlannedStart {
    const after = this.#usage.clone();
    let startMs = nowMs;
    let position = 0;
    for (const place of this.#queue.inServiceOrder()) {
      position++;
      if (position <= MOST_PLAYED) startMs = this.#step(after, startMs, place.amounts);
      if (place === target) break;
    }
    return { startMs: stretch(nowMs, startMs, position), position };
  }

  /**
   * Plays the whole queue and keeps the state after it. Returns the start of the last, who is not kept in the plan
   * when that is after `deadlineMs`.
   */
  #playAll(nowMs: number, deadlineMs: number): number {
    const after = this.#usage.clone();
    const size = this.#queue.size;
    let startMs = nowMs;
    let played = 0;
    this.#madeMs = nowMs;
    this.#lastStartMs = nowMs;
    this.#isPessimistic = false;
    this.#after = size <= MOST_PLAYED ? after : undefined;
    for (const { amounts } of this.#queue.inServiceOrder()) {
      if (played++ >= MOST_PLAYED) break;
      startMs = after.earliestMs(startMs, amounts, true);
      if (played === size && startMs > deadlineMs) return startMs;
      this.#play(after, startMs, amounts);
      this.#lastStartMs = startMs;
    }
    return stretch(nowMs, startMs, size);
  }

  #step(after: PoolUsage, fromMs: number, amounts: Amounts): number {
    const startMs = after.earliestMs(fromMs, amounts, true);
    this.#play(after, startMs, amounts);
    return startMs;
  }

  #play(after: PoolUsage, startMs: number, amounts: Amounts): void {
    const charge = { ...amounts, event: -1, startMs };
    after.charge(startMs, charge);
    after.settle(startMs, charge, charge);
  }
}

/** The start of the one at `position` when only the first were played, up to `startMs`. */
function stretch(nowMs: number, startMs: number, position: number): number {
  return position <= MOST_PLAYED ? startMs : nowMs + ((startMs - nowMs) * position) / MOST_PLAYED;
}
