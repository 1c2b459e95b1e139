import type { LookAhead } from "../tracker/look-ahead.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import type { FairQueue } from "./fair-queue.ts";
import type { Flow } from "./flow.ts";
import type { Place } from "./place.ts";
import { ScopeRooms } from "./scope-rooms.ts";
import type { ServiceOrder } from "./service-order.ts";

/** What becomes of a waiter in a play. */
export interface PlayedTurn {
  readonly place: Place;
  /** Monotonic time in milliseconds. */
  readonly startMs: number;
  /** It would start after its deadline, and so does not start at all. */
  readonly isLate: boolean;
  /** Before that it kept others waiting: those of its tenant, or as the next of all, everyone. */
  readonly wasInTheWay: boolean;
}

/** What a play begins with. */
export interface QueueNow {
  readonly usage: PoolUsage;
  readonly queue: FairQueue;
  readonly nowMs: number;
  /** The part of its estimate that a call is taken to use. */
  readonly ratio: number;
  /** Whose scopes are taken to have room when nobody can say when they will. Undefined: nobody's. */
  readonly hopeful: Flow | undefined;
}

/**
 * The future of a pool's queue if nobody else comes, played on copies of all that decides it: who is next, the pool, and
 * what has room beside it. It takes every step that {@link PoolQueue.dispatch} will take.
 */
export class QueuePlay {
  readonly #order: ServiceOrder;
  readonly #pool: LookAhead;
  readonly #rooms: ScopeRooms;
  readonly #hopeful: Flow | undefined;
  #atMs: number;
  /** When each head that was looked at has room in its scopes; asked anew once something was charged there. */
  readonly #readyMs = new Map<Place, number>();
  /** Who keeps others waiting until it can start itself. */
  readonly #inTheWay = new Set<Place>();

  /** Those of `out` are not played. For `hopeful` see {@link QueueNow}. */
  constructor({ usage, queue, nowMs, ratio, hopeful }: QueueNow, out: ReadonlySet<Place>) {
    this.#order = queue.serviceOrder(out);
    this.#pool = usage.lookAhead(nowMs, ratio);
    this.#rooms = new ScopeRooms(nowMs, ratio);
    this.#hopeful = hopeful;
    this.#atMs = nowMs;
  }

  /** The next whose turn it is. Undefined: nobody is left of whom it can be said. */
  next(): PlayedTurn | undefined {
    for (;;) {
      const { place, late, wakeMs } = this.#look();
      if (late !== undefined) return this.#dropLate(late, this.#readyOf(late));
      if (place === undefined) {
        if (wakeMs === Number.POSITIVE_INFINITY) return undefined;
        this.#atMs = wakeMs;
        continue;
      }
      const startMs = this.#pool.earliestMs(this.#atMs, place.amounts);
      if (startMs > place.waiter.deadlineMs) return this.#dropLate(place, startMs);
      if (startMs > this.#atMs) {
        // Until then it may come to be somebody else's turn.
        const changeMs = Math.min(wakeMs, this.#order.nextLiftMs(this.#atMs));
        this.#atMs = Math.min(startMs, changeMs);
        if (changeMs <= startMs) {
          this.#inTheWay.add(place);
          continue;
        }
      }
      this.#order.serve(place);
      this.#count(place, startMs);
      return { place, startMs, isLate: false, wasInTheWay: this.#inTheWay.delete(place) };
    }
  }

  /** Whether somebody keeps others waiting until it can start itself. */
  get isAnyoneInTheWay(): boolean {
    return this.#inTheWay.size > 0;
  }

  /** When one who is served after everyone that was played would start. */
  startOfNext(place: Place): number {
    const readyMs = Math.max(this.#atMs, this.scopesMs(place));
    return this.#pool.earliestMs(this.#atMs, place.amounts, readyMs);
  }

  /** When the scopes of one have room who is served after all others that they count. */
  scopesMs({ amounts, option }: Place): number {
    return this.#rooms.afterOwnMs(option.scopes, amounts);
  }

  /** Plays one who is served after everyone that was played; returns when it starts. */
  append(place: Place): number {
    const startMs = this.startOfNext(place);
    this.#atMs = startMs;
    this.#count(place, startMs);
    return startMs;
  }

  /**
   * Whose turn it is now, when somebody whose scopes have no room now will be ready, and one of those for whom that is
   * too late.
   */
  #look(): { place: Place | undefined; late: Place | undefined; wakeMs: number } {
    const atMs = this.#atMs;
    let wakeMs = Number.POSITIVE_INFINITY;
    let late: Place | undefined;
    const place = this.#order.next(atMs, (head) => {
      const readyMs = this.#readyOf(head);
      if (readyMs <= atMs) return true;
      wakeMs = Math.min(wakeMs, readyMs);
      if (head.isTooLate(readyMs)) late = head;
      else if (head.next !== undefined) this.#inTheWay.add(head);
      return false;
    });
    return { place, late, wakeMs };
  }

  #dropLate(place: Place, startMs: number): PlayedTurn {
    this.#order.drop(place);
    return { place, startMs, isLate: true, wasInTheWay: this.#inTheWay.delete(place) };
  }

  #readyOf(head: Place): number {
    const { scopes } = head.option;
    if (scopes.length === 0) return this.#atMs;
    let readyMs = this.#readyMs.get(head);
    if (readyMs === undefined) {
      readyMs = this.#rooms.earliestMs(scopes, head.amounts, this.#atMs);
      if (!Number.isFinite(readyMs) && head.flow === this.#hopeful) readyMs = this.#atMs;
      this.#readyMs.set(head, readyMs);
    }
    return readyMs;
  }

  #count({ amounts, option }: Place, startMs: number): void {
    this.#pool.assume(startMs, amounts);
    if (option.scopes.length === 0) return;
    this.#rooms.assume(option.scopes, amounts, startMs);
    this.#readyMs.clear();
  }
}
