import { PRIORITIES } from "../core/priority.ts";
import { Level } from "./level.ts";
import type { Place } from "./place.ts";

/**
 * Who is next in a pool: strict levels of priority, fair between tenants inside a level, first come first served
 * inside a tenant. Whoever has waited `agingMs` in a level moves one up, so that nobody starves.
 */
export class FairQueue {
  readonly #levels = PRIORITIES.map(() => new Level());
  readonly #agingMs: number;
  readonly #weightOf: (tenant: string) => number;
  readonly #shareOf: (place: Place) => number;
  size = 0;
  /** Tokens that everyone in the queue has asked for together. */
  queuedTokens = 0;

  constructor(options: {
    agingMs: number;
    weightOf: (tenant: string) => number;
    /** The part of the pool's tightest limit that a call takes, as a fraction of its cap. */
    shareOf: (place: Place) => number;
  }) {
    this.#agingMs = options.agingMs;
    this.#weightOf = options.weightOf;
    this.#shareOf = options.shareOf;
  }

  push(place: Place, nowMs: number): void {
    this.#levels[place.level]!.push(place, this.#weightOf(place.tenant), nowMs);
    this.size++;
    this.queuedTokens += place.amounts.totalTokens;
  }

  /** Takes out a place that is not served; does nothing when it is not inside. */
  remove(place: Place): void {
    if (place.flow === undefined) return;
    this.#levels[place.level]!.remove(place);
    this.#leave(place);
  }

  /** The next to be served among those that `mayStart` lets pass. */
  next(nowMs: number, mayStart: (place: Place) => boolean): Place | undefined {
    this.#age(nowMs);
    for (const level of this.#levels) {
      const place = level.size > 0 ? level.next(mayStart) : undefined;
      if (place !== undefined) return place;
    }
    return undefined;
  }

  serve(place: Place): void {
    this.#levels[place.level]!.serve(place, this.#shareOf(place));
    this.#leave(place);
  }

  /** Charges a tenant that started without waiting. */
  charge(level: number, tenant: string, share: number): void {
    this.#levels[level]!.charge(tenant, this.#weightOf(tenant), share);
  }

  /** Gives a tenant back what a call did not use of its share. */
  correct(level: number, tenant: string, unusedShare: number): void {
    this.#levels[level]!.correct(tenant, unusedShare);
  }

  /** Whether a newcomer would be the last to be served: only then can the plan simply go on. */
  isLast(level: number, tenant: string): boolean {
    for (let lower = level + 1; lower < this.#levels.length; lower++) {
      if (this.#levels[lower]!.size > 0) return false;
    }
    const own = this.#levels[level]!;
    return own.size === 0 || (own.waitingFlows === 1 && own.oldest?.tenant === tenant);
  }

  /** Everyone in the order of service, as far as it can be known now. */
  *inServiceOrder(): Generator<Place> {
    for (const level of this.#levels) yield* level.inServiceOrder(this.#shareOf);
  }

  #leave(place: Place): void {
    this.size--;
    this.queuedTokens -= place.amounts.totalTokens;
  }

  #age(nowMs: number): void {
    for (let index = 1; index < this.#levels.length; index++) {
      const level = this.#levels[index]!;
      for (;;) {
        const place = level.oldest;
        if (place === undefined || place.levelSinceMs + this.#agingMs > nowMs) break;
        level.remove(place);
        place.level--;
        place.isAged = true;
        this.#levels[index - 1]!.push(place, this.#weightOf(place.tenant), nowMs);
      }
    }
  }
}
