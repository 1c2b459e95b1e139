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
}

/**
 * The future of a pool's queue if nobody else comes, played on copies of all that decides it: who is next, the pool, and
 * what has room beside it. It takes every step that {@link PoolQueue.dispatch} will take.
 */
export class QueuePlay {
  readonly #order: ServiceOrder;
  readonly #pool: LookAhead;
  readonly #rooms: ScopeRooms;
  /** Whose scopes are taken to have room when nobody can say when they will. */
  readonly #hopeful: Flow | undefined;
  #atMs: number;
  /** When each head that was looked at has room in its scopes; asked anew once something was charged there. */
  readonly #readyMs = new Map<Place, number>();

  /**
   * `ratio` is the part of its estimate that a call is taken to use. `target` is who asks; `isOut`: it is not played
   * itself.
   */
  constructor(options: {
    usage: PoolUsage;
    queue: FairQueue;
    nowMs: number;
    ratio: number;
    target?: Place;
    isOut?: boolean;
  }) {
    const { usage, queue, nowMs, ratio, target, isOut } = options;
    this.#order = queue.serviceOrder(isOut ? target : undefined);
    this.#pool = usage.lookAhead(nowMs, ratio);
    this.#rooms = new ScopeRooms(nowMs, ratio);
    this.#hopeful = target?.flow;
    this.#atMs = nowMs;
  }

  /** The next whose turn it is. Undefined: nobody is left of whom it can be said. */
  next(): PlayedTurn | undefined {
    for (;;) {
      const { place, wakeMs } = this.#look();
      if (place === undefined) {
        if (wakeMs === Number.POSITIVE_INFINITY) return undefined;
        this.#atMs = wakeMs;
        continue;
      }
      const startMs = this.#pool.earliestMs(this.#atMs, place.amounts);
      if (startMs > place.waiter.deadlineMs) {
        this.#order.drop(place);
        return { place, startMs, isLate: true };
      }
      if (startMs > this.#atMs) {
        // Until then it may come to be somebody else's turn.
        const changeMs = Math.min(wakeMs, this.#order.nextLiftMs(this.#atMs));
        this.#atMs = Math.min(startMs, changeMs);
        if (changeMs <= startMs) continue;
      }
      this.#order.serve(place);
      this.#count(place, startMs);
      return { place, startMs, isLate: false };
    }
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

  /** Whose turn it is now, and when somebody whose scopes have no room now will be ready. */
  #look(): { place: Place | undefined; wakeMs: number } {
    const atMs = this.#atMs;
    let wakeMs = Number.POSITIVE_INFINITY;
    const place = this.#order.next(atMs, (head) => {
      const readyMs = this.#readyOf(head);
      if (readyMs > atMs) wakeMs = Math.min(wakeMs, readyMs);
      return readyMs <= atMs;
    });
    return { place, wakeMs };
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
