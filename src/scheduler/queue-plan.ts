import type { PoolUsage } from "../tracker/pool-usage.ts";
import type { FairQueue } from "./fair-queue.ts";
import { type Foresight, foresee } from "./foresight.ts";
import type { Place } from "./place.ts";
import type { QueuePlay } from "./queue-play.ts";
import { haveScopesRoom } from "./scope.ts";

/** When a waiter would start, and how many are served before it. */
export interface PlannedStart {
  /** Monotonic time in milliseconds, with all estimates used in full. */
  readonly startMs: number;
  /** The same with the part of their estimates that calls usually use; `undefined` until one has been settled. */
  readonly likelyMs: number | undefined;
  /** 1 is next. */
  readonly position: number;
}

/** What a plan says of one who asks. */
export type PlannedTurn = Omit<PlannedStart, "likelyMs">;

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
 * The planned starts of a pool's queue. While the queue is short it is played for every question. Of a longer one a plan is
 * kept, as a list of starts in their order: whoever joins at the end is played on from there, whoever joins in between
 * takes the start of its rank. So a question costs O(1), and playing anew is bounded in time.
 */
export class QueuePlan {
  readonly #usage: PoolUsage;
  readonly #queue: FairQueue;
  readonly #ratio: () => number;
  readonly #onLate: () => void;
  /** The play of all that are in the plan; `undefined` when there is no plan. */
  #played: QueuePlay | undefined;
  /** Planned starts in their order; those before `#served` are over. */
  #starts: number[] = [];
  #served = 0;
  #playedMs = Number.NEGATIVE_INFINITY;
  /** Everyone who waits is in the plan, or will not start by what is known. */
  #isWhole = false;
  /** Something has happened that the plan does not know. */
  #isStale = false;

  /**
   * `ratio` is the part of its estimate that a call is taken to use. `onLate` is told whenever somebody is planned not to
   * start, since it would be after the deadline: see {@link tooLate}.
   */
  constructor(usage: PoolUsage, queue: FairQueue, ratio: () => number, onLate: () => void) {
    this.#usage = usage;
    this.#queue = queue;
    this.#ratio = ratio;
    this.#onLate = onLate;
  }

  /** The queue is so short that it is played for every question. */
  get isShort(): boolean {
    return this.#steps <= ALWAYS_PLAYED;
  }

  /** Forgets the plan: room was taken away. */
  drop(): void {
    this.#played = undefined;
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

  /** When someone starts who is in the queue and not yet in the plan. `isLast`: after all others. */
  startOf(place: Place, isLast: boolean, nowMs: number): PlannedTurn {
    const { size } = this.#queue;
    if (size === 1 && place.option.scopes.length === 0) {
      return { startMs: this.#startOfOnly(place, nowMs), position: 1 };
    }
    const mayPlay = this.#mayPlay(nowMs);
    // Behind others than its own tenant it may yet come to be lifted above them.
    const isLastForGood = isLast && place.flow!.size === size;
    if (!isLastForGood && mayPlay) return this.#playFar(place, nowMs);
    // Who passes others that have no room in their scopes is soon found, and has no rank that says anything.
    const near = !isLast && this.#queue.hasScopes ? this.#playUntil(place, nowMs, ALWAYS_PLAYED) : undefined;
    if (near?.isReached) return near;
    const isUsedUp = !this.#isWhole && this.#plannedCount <= 0;
    const isKnown = this.#isWhole || this.#plannedCount >= MOST_PLAYED;
    if (this.#played === undefined || isUsedUp || (mayPlay && (this.#isStale || !isKnown))) {
      this.#play(nowMs, place);
    }
    if (!isLast || !this.#isWhole) return this.#atItsRank(place, isLast, nowMs);
    return { startMs: Math.max(nowMs, this.#played!.startOfNext(place)), position: size };
  }

  /** Takes someone into the plan who stays in the queue. */
  add(place: Place, isLast: boolean): void {
    if (!isLast) this.#isStale = true;
    if (this.#played === undefined || (!isLast && this.#queue.hasScopes)) return;
    if (this.#plannedCount >= MOST_PLAYED) this.#isWhole = false;
    else this.#starts.push(this.#played.append(place));
  }

  /** Everyone whose planned start is after their deadline, among the first that wait. */
  tooLate(nowMs: number): readonly { place: Place; startMs: number }[] {
    return this.#foresee(nowMs, { most: MOST_PLAYED }).late;
  }

  /** How many who still wait are in the plan; others may have left since. */
  get #plannedCount(): number {
    return this.#starts.length - this.#served;
  }

  #lastStartMs(nowMs: number): number {
    return this.#starts[this.#starts.length - 1] ?? nowMs;
  }

  #startOfOnly({ amounts }: Place, nowMs: number): number {
    if (this.#usage.fits(nowMs, amounts)) return nowMs;
    const ratio = this.#ratio();
    if (ratio === 1 || !this.#mayPlay(nowMs)) return this.#usage.earliestMs(nowMs, amounts, true);
    this.#playedMs = nowMs;
    return this.#usage.lookAhead(nowMs, ratio).earliestMs(nowMs, amounts);
  }

  #mayPlay(nowMs: number): boolean {
    const steps = this.#steps;
    return steps <= ALWAYS_PLAYED || nowMs >= this.#playedMs + steps * REST_MS_PER_STEP;
  }

  /** What playing takes. */
  get #steps(): number {
    return Math.min(this.#queue.size, MOST_PLAYED) + this.#usage.counters.eventCount / EVENTS_PER_STEP;
  }

  /** Makes the plan anew of everyone but a newcomer. */
  #play(nowMs: number, newcomer: Place): void {
    this.#playedMs = nowMs;
    const { turns, play, isWhole } = this.#foresee(nowMs, { without: newcomer, most: MOST_PLAYED });
    this.#starts = turns.map(({ startMs }) => startMs);
    this.#served = 0;
    this.#isStale = false;
    this.#played = play;
    this.#isWhole = isWhole;
  }

  /** Plays until somebody's turn, or the last that are played; who comes later is placed by the average distance. */
  #playFar(target: Place, nowMs: number): PlannedTurn {
    this.#playedMs = nowMs;
    const { startMs, position, isReached } = this.#playUntil(target, nowMs, MOST_PLAYED);
    if (isReached) return { startMs, position };
    const rank = Math.max(position, this.#rankOf(target, nowMs));
    return { startMs: nowMs + ((startMs - nowMs) * rank) / position, position: rank };
  }

  #playUntil(target: Place, nowMs: number, most: number): PlannedTurn & { readonly isReached: boolean } {
    const { turns, play, isWhole } = this.#foresee(nowMs, { until: target, most });
    const index = turns.findIndex(({ place }) => place === target);
    if (index >= 0) return { startMs: turns[index]!.startMs, position: index + 1, isReached: true };
    const lastMs = turns[turns.length - 1]?.startMs ?? nowMs;
    const position = turns.length + 1;
    if (!isWhole) return { startMs: lastMs, position, isReached: false };
    // Behind one of whom nobody can say when it starts.
    return { startMs: Math.max(lastMs, play.scopesMs(target)), position, isReached: true };
  }

  #foresee(nowMs: number, asked: { most: number; until?: Place; without?: Place }): Foresight {
    const hopeful = (asked.until ?? asked.without)?.flow;
    const now = { usage: this.#usage, queue: this.#queue, nowMs, ratio: this.#ratio(), hopeful };
    const foresight = foresee(now, asked);
    if (foresight.late.length > 0) this.#onLate();
    return foresight;
  }

  /** The start at its rank, and not before its scopes have room after all others of its tenant. */
  #atItsRank(place: Place, isLast: boolean, nowMs: number): PlannedTurn {
    const position = isLast ? this.#queue.size : this.#rankOf(place, nowMs);
    return { startMs: Math.max(this.#startAt(position, nowMs), this.#played!.scopesMs(place)), position };
  }

  #rankOf(place: Place, nowMs: number): number {
    return this.#queue.positionOf(place, nowMs, (other) => haveScopesRoom(other.option.scopes, other, nowMs));
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
