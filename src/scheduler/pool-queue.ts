import type { Clock, Timer } from "../core/clock.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import { resetPeaks } from "../tracker/reset-peaks.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Place } from "./place.ts";
import { type PlannedStart, QueuePlan } from "./queue-plan.ts";
import { claimScopes, endClaims } from "./scope-claims.ts";

/** How soon a long queue is searched for waiters that can no longer make it; a short one at once. */
const RECHECK_MS = 50;

/** What a pool saw that should not have been; see docs/scheduling.md. */
export interface PoolCounters {
  /** Refusals for rate by the provider on limits that we keep. */
  leaked429: number;
  /** Grants that could not be used within `start_within`, and were given back. */
  useByMissed: number;
  /** Calls that used more tokens than they had reserved. */
  estimateExceeded: number;
  /** Answers whose headers showed use by others of the same account. */
  foreignUsage: number;
}

const NO_COUNTS: PoolCounters = { leaked429: 0, useByMissed: 0, estimateExceeded: 0, foreignUsage: 0 };

/**
 * One pool: what it has used, who waits for it, and one timer for the moment at which the next may start. Waiters
 * hold no start time; only the head is timed, anew whenever anything changes.
 */
export class PoolQueue {
  readonly id: string;
  readonly usage: PoolUsage;
  readonly queue: FairQueue;
  readonly counters: PoolCounters = { ...NO_COUNTS };
  readonly #clock: Clock;
  readonly #plan: QueuePlan;
  /** The plan with what calls usually use of their estimates. */
  readonly #likelyPlan: QueuePlan;
  readonly #start: (place: Place, nowMs: number) => void;
  readonly #giveUp: (place: Place, predictedWaitMs: number, nowMs: number) => void;
  #timer: Timer | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #recheckTimer: Timer | undefined;
  /** Somebody was planned not to start in time, and has not been given up yet. */
  #hasLate = false;
  #isDispatching = false;
  /** Whoever is next and had no room when last looked at: has none before the timer unless something happens. */
  #blocked: Place | undefined;

  /**
   * `start` is called for each waiter whose turn has come and for whom there is room; `giveUp` for each that cannot
   * start in time any more.
   */
  constructor(options: {
    id: string;
    usage: PoolUsage;
    clock: Clock;
    agingMs: number;
    weightOf: (tenant: string) => number;
    start: (place: Place, nowMs: number) => void;
    giveUp: (place: Place, predictedWaitMs: number, nowMs: number) => void;
  }) {
    this.id = options.id;
    this.usage = options.usage;
    this.queue = new FairQueue({
      agingMs: options.agingMs,
      weightOf: options.weightOf,
      shareOf: (place) => this.usage.shareOf(place.amounts),
    });
    this.#clock = options.clock;
    const planOf = (ratio: () => number): QueuePlan => {
      return new QueuePlan(this.usage, this.queue, ratio, () => {
        this.#hasLate = true;
        this.#recheckSoon();
      });
    };
    this.#plan = planOf(() => 1);
    this.#likelyPlan = planOf(() => this.usage.usualRatio ?? 1);
    this.#start = options.start;
    this.#giveUp = options.giveUp;
  }

  /** Lets a waiter in and says when it will start; one that would start after its deadline is not let in. */
  enter(place: Place, nowMs: number): PlannedStart {
    const isLast = this.queue.isLast(place.level, place.tenant, nowMs);
    this.queue.push(place);
    const planned = this.#planned(place, isLast, nowMs, place.waiter.request.onQueued !== undefined);
    if (planned.startMs > place.waiter.deadlineMs) this.#turnAway(place);
    else {
      this.#plan.add(place, isLast);
      this.#likelyPlan.add(place, isLast);
      if (!isLast) this.#recheckSoon();
    }
    return planned;
  }

  /** Takes a waiter out that will not be served; does nothing when it is not inside. */
  leave(place: Place): void {
    if (place.flow === undefined) return;
    this.queue.remove(place);
    endClaims(place);
    if (this.queue.size === 0) this.#disarm();
    this.lookSoon();
  }

  /** Has somebody gone away or started, here or elsewhere, whom others waited behind: they may be able to start. */
  lookSoon(): void {
    this.#noteStale();
    if (this.queue.size > 0 && !this.#isDispatching) this.#arm(0, Number.NEGATIVE_INFINITY);
  }

  /** When a newcomer would start, without letting it in. */
  preview(newcomer: Place, nowMs: number): PlannedStart {
    const isLast = this.queue.isLast(newcomer.level, newcomer.tenant, nowMs);
    this.queue.push(newcomer);
    const planned = this.#planned(newcomer, isLast, nowMs, true);
    this.#turnAway(newcomer);
    return planned;
  }

  /** Lets everyone start whose turn has come, and times the next. */
  dispatch(nowMs: number): void {
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    let wakeMs = Number.POSITIVE_INFINITY;
    const mayStart = (place: Place): boolean => {
      const readyMs = claimScopes(place, nowMs);
      if (readyMs <= nowMs) return true;
      wakeMs = Math.min(wakeMs, readyMs);
      if (place.isTooLate(readyMs)) this.#recheckSoon();
      return false;
    };
    while (this.queue.size > 0) {
      const place = this.queue.next(nowMs, mayStart);
      if (place === undefined) {
        // Who is lifted may pass another of its tenant.
        wakeMs = Math.min(wakeMs, this.queue.nextLiftMs(nowMs));
        break;
      }
      if (place === this.#blocked && nowMs < this.#timerMs) {
        // Who has come since may be lifted before that.
        wakeMs = Math.min(wakeMs, this.#timerMs, this.queue.nextLiftMs(nowMs));
        break;
      }
      if (place.waiter.deadlineMs < nowMs) {
        this.#giveUp(place, 0, nowMs);
        continue;
      }
      if (!this.usage.fits(nowMs, place.amounts)) {
        this.#blocked = place;
        place.waiter.causes |= this.usage.causes(nowMs, place.amounts);
        const roomMs = this.usage.earliestMs(nowMs, place.amounts);
        wakeMs = Math.min(wakeMs, roomMs, this.queue.nextLiftMs(nowMs));
        if (place.isTooLate(roomMs)) this.#recheckSoon();
        break;
      }
      this.queue.serve(place);
      endClaims(place);
      this.#plan.noteServed(nowMs);
      this.#likelyPlan.noteServed(nowMs);
      this.#start(place, nowMs);
    }
    this.#isDispatching = false;
    if (this.queue.size === 0) this.#dropPlans();
    this.#arm(wakeMs, nowMs);
  }

  /** Says that somebody has come. Who stands behind another of its tenant changes nothing about who is next. */
  noteNewcomer(place: Place, nowMs: number): void {
    if (this.#hasLate && this.#plan.isShort) this.#recheck(nowMs);
    if (place.flow?.head === place) this.dispatch(nowMs);
  }

  /** Says that there may be room earlier than planned: a refund, a settlement, a freed place. */
  noteRoom(nowMs: number): void {
    this.#noteStale();
    if (this.queue.size > 0) this.dispatch(nowMs);
  }

  /** Says that starts may be later than planned: a hold, lower caps. */
  notePushedBack(nowMs: number): void {
    this.#dropPlans();
    if (this.queue.size === 0) return;
    this.dispatch(nowMs);
    this.#recheckSoon();
  }

  /** Counts anew what went otherwise than promised, and how full the limits were at most. */
  resetCounters(): void {
    Object.assign(this.counters, NO_COUNTS);
    resetPeaks(this.usage);
  }

  /** Forgets the timers; nobody will be served any more. */
  close(): void {
    this.#disarm();
    this.#recheckTimer?.cancel();
  }

  /** Takes out one who was only asked about. Who comes when nobody waits starts without telling the plans. */
  #turnAway(place: Place): void {
    this.queue.remove(place);
    if (this.queue.size === 0) this.#noteStale();
  }

  #planned(place: Place, isLast: boolean, nowMs: number, isLikelyWanted: boolean): PlannedStart {
    const { startMs, position } = this.#plan.startOf(place, isLast, nowMs);
    const isKnown = isLikelyWanted && this.usage.usualRatio !== undefined;
    const likelyMs = isKnown ? this.#likelyPlan.startOf(place, isLast, nowMs).startMs : undefined;
    return { startMs, likelyMs, position };
  }

  #noteStale(): void {
    this.#blocked = undefined;
    this.#plan.noteStale();
    this.#likelyPlan.noteStale();
  }

  #dropPlans(): void {
    this.#blocked = undefined;
    this.#plan.drop();
    this.#likelyPlan.drop();
  }

  /** Fails those early whose deadline cannot be met any more, so that they and those behind do not wait in vain. */
  #recheckSoon(): void {
    this.#recheckTimer ??= this.#clock.after(this.#plan.isShort ? 0 : RECHECK_MS, () => {
      this.#recheck(this.#clock.monotonicMs());
    });
  }

  #recheck(nowMs: number): void {
    this.#recheckTimer?.cancel();
    this.#recheckTimer = undefined;
    this.#hasLate = false;
    for (const { place, startMs } of this.#plan.tooLate(nowMs)) this.#giveUp(place, startMs - nowMs, nowMs);
  }

  #arm(wakeMs: number, nowMs: number): void {
    if (wakeMs === this.#timerMs) return;
    this.#disarm();
    if (wakeMs === Number.POSITIVE_INFINITY) return;
    this.#timerMs = wakeMs;
    this.#timer = this.#clock.after(Math.max(0, wakeMs - Math.max(nowMs, 0)), () => {
      this.#timer = undefined;
      this.#timerMs = Number.POSITIVE_INFINITY;
      this.#blocked = undefined;
      this.dispatch(this.#clock.monotonicMs());
    });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerMs = Number.POSITIVE_INFINITY;
  }
}
