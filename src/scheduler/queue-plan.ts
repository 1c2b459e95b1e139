import type { Amounts } from "../core/limit.ts";
import type { LookAhead } from "../tracker/look-ahead.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import type { FairQueue } from "./fair-queue.ts";
import type { Place } from "./place.ts";

/** When a waiter would start, and how many are served before it. */
export interface PlannedStart {
  /** Monotonic time in milliseconds, with all estimates used in full. */
  readonly startMs: number;
  /** The same with the part of their estimates that calls usually use; `undefined` until one has been settled. */
  readonly likelyMs: number | undefined;
  /** 1 is next. */
  readonly position: number;
}

/** Waiters that are played one by one; who stands further back is placed by the average distance of these. */
const MOST_PLAYED = 2_000;
/** Playing costs a step a waiter, and one for so many events of the pool that are copied. */
const EVENTS_PER_STEP = 64;
/** A play of so many steps is made for every question. */
const ALWAYS_PLAYED = 48;
/** A longer one at most once in this time for each step: about a hundredth of it is what the playing takes. */
const REST_MS_PER_STEP = 0.025;
/** A start this far from the planned one is as planned. */
const SAME_MS = 1;

/**
 * The planned starts of a pool's queue: the queue played in service order on a copy of the pool, in which open calls
 * end now. The plan is kept as a list of starts by rank: whoever joins at the end is played on from there, whoever
 * joins in between takes the start of its rank. So a question costs O(1), and playing anew is bounded in time.
 */
export class QueuePlan {
  readonly #usage: PoolUsage;
  readonly #queue: FairQueue;
  readonly #ratio: () => number;
  /** The pool after all that were played; `undefined` when there is no plan. */
  #after: LookAhead | undefined;
  /** Planned starts in the order of service; those before `#served` are over. */
  #starts: number[] = [];
  #served = 0;
  #playedMs = Number.NEGATIVE_INFINITY;
  /** Something has happened that the plan does not know. */
  #isStale = false;

  /** `ratio` is the part of its estimate that a call is taken to use. */
  constructor(usage: PoolUsage, queue: FairQueue, ratio: () => number) {
    this.#usage = usage;
    this.#queue = queue;
    this.#ratio = ratio;
  }

  /** Forgets the plan: room was taken away. */
  drop(): void {
    this.#after = undefined;
  }

  /** Says that starts may be other than planned: calls have ended, or waiters left. */
  noteStale(): void {
    this.#isStale = true;
  }

  /** Says that the first in the queue has started. */
  noteServed(nowMs: number): void {
    const plannedMs = this.#starts[this.#served++];
    if (plannedMs === undefined || Math.abs(plannedMs - nowMs) > SAME_MS) this.#isStale = true;
    if (this.#served < MOST_PLAYED) return;
    this.#starts = this.#starts.slice(this.#served);
    this.#served = 0;
  }

  /**
   * The start of someone at `position`, who is in the queue and not yet in the plan. `isLast`: all others are served
   * before.
   */
  startOf(place: Place, position: number, isLast: boolean, nowMs: number): number {
    if (this.#queue.size === 1) return this.#startOfOnly(place.amounts, nowMs);
    const mayPlay = this.#mayPlay(nowMs);
    if (!isLast && mayPlay) return this.#playUntil(place, nowMs);
    const others = this.#queue.size - 1;
    const isComplete = this.#plannedCount >= Math.min(others, MOST_PLAYED);
    if (this.#after === undefined || this.#plannedCount <= 0 || (mayPlay && (this.#isStale || !isComplete))) {
      this.#play(nowMs, place);
    }
    if (!isLast || this.#plannedCount < others) return this.#startAt(position, nowMs);
    return this.#after!.earliestMs(Math.max(nowMs, this.#lastStartMs(nowMs)), place.amounts);
  }

  /** Takes someone into the plan who stays in the queue. */
  add(amounts: Amounts, isLast: boolean, nowMs: number): void {
    if (!isLast) this.#isStale = true;
    if (this.#after === undefined || this.#plannedCount >= MOST_PLAYED) return;
    this.#append(this.#after, amounts, nowMs);
  }

  /** Everyone whose planned start is after their deadline, among the first that wait. */
  tooLate(nowMs: number): { place: Place; startMs: number }[] {
    const after = this.#usage.lookAhead(nowMs, this.#ratio());
    const late: { place: Place; startMs: number }[] = [];
    let startMs = nowMs;
    let played = 0;
    for (const place of this.#queue.inServiceOrder(nowMs)) {
      if (played++ >= MOST_PLAYED) break;
      const plannedMs = after.earliestMs(startMs, place.amounts);
      if (plannedMs > place.waiter.deadlineMs) {
        late.push({ place, startMs: plannedMs });
        continue;
      }
      after.assume(plannedMs, place.amounts);
      startMs = plannedMs;
    }
    return late;
  }

  /** How many who still wait are in the plan; others may have left since. */
  get #plannedCount(): number {
    return this.#starts.length - this.#served;
  }

  #lastStartMs(nowMs: number): number {
    return this.#starts[this.#starts.length - 1] ?? nowMs;
  }

  #startOfOnly(amounts: Amounts, nowMs: number): number {
    if (this.#usage.fits(nowMs, amounts)) return nowMs;
    const ratio = this.#ratio();
    if (ratio === 1 || !this.#mayPlay(nowMs)) return this.#usage.earliestMs(nowMs, amounts, true);
    this.#playedMs = nowMs;
    return this.#usage.lookAhead(nowMs, ratio).earliestMs(nowMs, amounts);
  }

  #mayPlay(nowMs: number): boolean {
    const steps = Math.min(this.#queue.size, MOST_PLAYED) + this.#usage.counters.eventCount / EVENTS_PER_STEP;
    return steps <= ALWAYS_PLAYED || nowMs >= this.#playedMs + steps * REST_MS_PER_STEP;
  }

  /** Makes the plan anew of everyone but a newcomer. */
  #play(nowMs: number, newcomer: Place): void {
    const after = this.#usage.lookAhead(nowMs, this.#ratio());
    this.#starts = [];
    this.#served = 0;
    this.#playedMs = nowMs;
    this.#isStale = false;
    this.#after = after;
    for (const place of this.#queue.inServiceOrder(nowMs)) {
      if (place === newcomer) continue;
      this.#append(after, place.amounts, nowMs);
      if (this.#starts.length >= MOST_PLAYED) break;
    }
  }

  #append(after: LookAhead, amounts: Amounts, nowMs: number): void {
    const startMs = after.earliestMs(Math.max(nowMs, this.#lastStartMs(nowMs)), amounts);
    after.assume(startMs, amounts);
    this.#starts.push(startMs);
  }

  #playUntil(target: Place, nowMs: number): number {
    const after = this.#usage.lookAhead(nowMs, this.#ratio());
    this.#playedMs = nowMs;
    let startMs = nowMs;
    let position = 0;
    for (const place of this.#queue.inServiceOrder(nowMs)) {
      position++;
      if (position <= MOST_PLAYED) {
        startMs = after.earliestMs(startMs, place.amounts);
        after.assume(startMs, place.amounts);
      }
      if (place === target) break;
    }
    if (position <= MOST_PLAYED) return startMs;
    return nowMs + ((startMs - nowMs) * position) / MOST_PLAYED;
  }

  /** The start at a position from 1; behind those that were played, by their average distance. */
  #startAt(position: number, nowMs: number): number {
    const plannedMs = this.#starts[this.#served + position - 1];
    if (plannedMs !== undefined) return Math.max(nowMs, plannedMs);
    const lastMs = Math.max(nowMs, this.#lastStartMs(nowMs));
    const planned = Math.max(1, this.#plannedCount);
    return lastMs + ((lastMs - nowMs) * (position - planned)) / planned;
  }
}
