import type { LookAhead } from "../tracker/look-ahead.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import type { FairQueue } from "./fair-queue.ts";
import type { Flow } from "./flow.ts";
import type { Place } from "./place.ts";
import { ScopeRooms, type ScopesReady } from "./scope-rooms.ts";
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

/** What is found at one moment. */
interface Look {
  /** Whose turn it is. Undefined: nobody may start. */
  readonly place: Place | undefined;
  /** One whose scopes have room only when it is too late for it, and when that is. */
  readonly late: { readonly place: Place; readonly startMs: number } | undefined;
  /** When the scopes of another next have room. */
  readonly wakeMs: number;
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
  /** When each head that was looked at has room in its scopes; asked anew once who has it may have changed. */
  readonly #ready = new Map<Place, ScopesReady>();
  /** In the last look room came to be kept for one more, which those looked at before did not know. */
  #hasClaimed = false;
  /** Who keeps others waiting until it can start itself. */
  readonly #inTheWay = new Set<Place>();

  /** Those of `out` are not played. For `hopeful` see {@link QueueNow}. */
  constructor({ usage, queue, nowMs, ratio, hopeful }: QueueNow, out: ReadonlySet<Place>) {
    this.#order = queue.serviceOrder(out);
    this.#pool = usage.lookAhead(nowMs, ratio);
    this.#rooms = new ScopeRooms({ nowMs, ratio, queue, out });
    this.#hopeful = hopeful;
    this.#atMs = nowMs;
  }

  /** The next whose turn it is. Undefined: nobody is left of whom it can be said. */
  next(): PlayedTurn | undefined {
    for (;;) {
      const { place, late, wakeMs } = this.#look();
      if (late !== undefined) return this.#dropLate(late.place, late.startMs);
      if (place === undefined) {
        const liftMs = this.#rooms.hasClaims ? this.#order.nextLiftMs(this.#atMs) : Number.POSITIVE_INFINITY;
        if (Math.min(wakeMs, liftMs) === Number.POSITIVE_INFINITY) return undefined;
        this.#goTo(Math.min(wakeMs, liftMs), liftMs);
        continue;
      }
      const startMs = this.#pool.earliestMs(this.#atMs, place.amounts);
      if (startMs > place.waiter.deadlineMs) return this.#dropLate(place, startMs);
      if (startMs > this.#atMs) {
        // Until then it may come to be somebody else's turn.
        const liftMs = this.#order.nextLiftMs(this.#atMs);
        const changeMs = Math.min(wakeMs, liftMs);
        this.#goTo(Math.min(startMs, changeMs), liftMs);
        if (changeMs <= startMs || this.#hasClaimed) {
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

  /** Goes on to a later moment; `liftMs` is when somebody next counts as more urgent. */
  #goTo(atMs: number, liftMs: number): void {
    this.#atMs = atMs;
    if (atMs >= liftMs) this.#ready.clear();
  }

  #look(): Look {
    const atMs = this.#atMs;
    this.#hasClaimed = false;
    if (this.#rooms.startOthers(atMs)) this.#ready.clear();
    let wakeMs = Number.POSITIVE_INFINITY;
    let late: Look["late"];
    const place = this.#order.next(atMs, (head) => {
      if (head.option.scopes.length === 0) return true;
      const { readyMs, aloneMs } = this.#readyOf(head);
      if (readyMs <= atMs) return true;
      wakeMs = Math.min(wakeMs, readyMs);
      const startMs = Math.max(atMs, aloneMs);
      if (head.isTooLate(startMs)) late = { place: head, startMs };
      else if (head.next !== undefined) this.#inTheWay.add(head);
      return false;
    });
    return { place, late, wakeMs: Math.min(wakeMs, this.#rooms.othersMs(atMs)) };
  }

  #dropLate(place: Place, startMs: number): PlayedTurn {
    this.#order.drop(place);
    this.#leave(place);
    return { place, startMs, isLate: true, wasInTheWay: this.#inTheWay.delete(place) };
  }

  #readyOf(head: Place): ScopesReady {
    let ready = this.#ready.get(head);
    if (ready !== undefined) return ready;
    ready = this.#rooms.claim(head, this.#atMs, head.flow === this.#hopeful);
    if (ready.readyMs > ready.aloneMs) this.#rooms.addRivals(head, this.#inTheWay);
    if (ready.hasClaimed) {
      this.#forgetReady(head);
      this.#hasClaimed = true;
    }
    this.#ready.set(head, ready);
    return ready;
  }

  #count(place: Place, startMs: number): void {
    const { amounts, option } = place;
    this.#pool.assume(startMs, amounts);
    this.#rooms.assume(option.scopes, amounts, startMs);
    this.#leave(place);
  }

  /** Keeps nothing for one any more that has started or will not. */
  #leave(place: Place): void {
    if (place.option.scopes.length === 0) return;
    this.#rooms.endClaims(place);
    this.#forgetReady(place);
  }

  /** Asks those anew who share a scope with one. */
  #forgetReady({ option }: Place): void {
    for (const other of this.#ready.keys()) {
      if (other.option.scopes.some((scope) => option.scopes.includes(scope))) this.#ready.delete(other);
    }
  }
}
