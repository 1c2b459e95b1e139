import { PRIORITIES } from "../core/priority.ts";
import type { Flow } from "./flow.ts";
import { Level } from "./level.ts";
import { type Candidate, LevelTurns } from "./level-turns.ts";
import type { Place } from "./place.ts";
import { ServiceOrder } from "./service-order.ts";

/** What one tenant has in a queue. */
export interface Held {
  readonly places: number;
  readonly tokens: number;
}

const NOTHING_HELD: Held = { places: 0, tokens: 0 };

/**
 * Who is next in a pool: strict levels of priority, fair between tenants inside a level, first come first served
 * inside a tenant. A level whose longest waiter has waited `agingMs` counts as one higher, and takes turns with the
 * level that is there: so nobody starves, and no tenant gains by its own long line.
 */
export class FairQueue {
  readonly #levels: readonly Level[];
  readonly #turns: LevelTurns;
  readonly #shareOf: (place: Place) => number;
  readonly #held = new Map<string, { places: number; tokens: number }>();
  #scoped = 0;
  size = 0;
  /** Tokens that everyone in the queue has asked for together. */
  queuedTokens = 0;

  constructor(options: {
    agingMs: number;
    weightOf: (tenant: string) => number;
    /** The part of the pool's tightest limit that a call takes, as a fraction of its cap; above 0. */
    shareOf: (place: Place) => number;
  }) {
    this.#turns = new LevelTurns(options.agingMs);
    this.#levels = PRIORITIES.map((_, level) => new Level(level, options.weightOf));
    this.#shareOf = options.shareOf;
  }

  push(place: Place): void {
    place.share = this.#shareOf(place);
    this.#levels[place.level]!.push(place);
    this.#count(place, 1);
  }

  /** What a tenant has in the queue. */
  heldBy(tenant: string): Held {
    return this.#held.get(tenant) ?? NOTHING_HELD;
  }

  /** Takes out a place that is not served; does nothing when it is not inside. */
  remove(place: Place): void {
    if (place.flow === undefined) return;
    this.#levels[place.level]!.remove(place);
    this.#count(place, -1);
  }

  /** The next to be served among those that `mayStart` lets pass. */
  next(nowMs: number, mayStart: (place: Place) => boolean): Place | undefined {
    let next: Candidate | undefined;
    for (const level of this.#levels) {
      if (level.size > 0) next = this.#turns.first(next, level.next(mayStart), nowMs);
    }
    return next?.place;
  }

  /** The level that a waiter counts as by its own wait. */
  liftedLevel(place: Place, nowMs: number): number {
    return this.#turns.liftedLevel(place.level, place.sinceMs, nowMs);
  }

  /** When a level next counts as one higher, so that somebody else may be next. */
  nextLiftMs(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [index, level] of this.#levels.entries()) {
      if (index === 0 || level.size === 0) continue;
      for (const { head } of level.flows) {
        if (head !== undefined) nextMs = Math.min(nextMs, this.#turns.nextLiftMs(index, head.sinceMs, nowMs));
      }
    }
    return nextMs;
  }

  serve(place: Place): void {
    this.#turns.noteServed(place.level);
    this.#levels[place.level]!.serve(place);
    this.#count(place, -1);
  }

  /** A tenant's line in a level. */
  flowOf(level: number, tenant: string): Flow {
    return this.#levels[level]!.flowOf(tenant);
  }

  /** Charges a tenant that started without waiting. */
  charge(flow: Flow, share: number): void {
    this.#levels[flow.level]!.charge(flow, share);
  }

  /** Whether a newcomer would be the last to be served: only then can the plan simply go on. */
  isLast(level: number, tenant: string, nowMs: number): boolean {
    const own = this.#levels[level]!;
    if (!own.isOnly(tenant)) return false;
    if (own.size === this.size) return true;
    // Who has scopes may be passed by whoever is behind.
    if (this.#scoped > 0) return false;
    const ownRank = own.size === 0 ? level : this.#rankOf(level, nowMs);
    return this.#levels.every(({ size }, other) => {
      return size === 0 || other === level || this.#rankOf(other, nowMs) < ownRank;
    });
  }

  /** Whether anybody inside has scopes, and so may have to let others pass. */
  get hasScopes(): boolean {
    return this.#scoped > 0;
  }

  /** About the position of a newcomer in the order of service, from 1, among those that `mayStart` lets pass. */
  positionOf(newcomer: Place, nowMs: number, mayStart: (place: Place) => boolean): number {
    const ownLevel = this.#levels[newcomer.level]!;
    const own = ownLevel.positionOf(newcomer, mayStart);
    if (ownLevel.size === this.size) return own;
    const ownRank = this.#rankOf(newcomer.level, nowMs);
    let before = 0;
    for (const [index, level] of this.#levels.entries()) {
      if (level === ownLevel || level.size === 0) continue;
      const rank = this.#rankOf(index, nowMs);
      if (rank > ownRank) continue;
      const size = this.#scoped === 0 ? level.size : level.sizeOf(mayStart);
      before += rank < ownRank ? size : Math.min(size, own);
    }
    return before + own;
  }

  /** A copy of the order without those of `out`, to play it. */
  serviceOrder(out: ReadonlySet<Place>): ServiceOrder {
    return new ServiceOrder(
      this.#levels.map((level) => level.flows),
      this.#turns,
      out,
    );
  }

  /** Everyone, in no order. */
  *places(): Generator<Place> {
    for (const level of this.#levels) {
      for (const { head } of level.flows) {
        for (let place = head; place !== undefined; place = place.next) yield place;
      }
    }
  }

  /** The level that one in which somebody waits counts as. */
  #rankOf(level: number, nowMs: number): number {
    return Math.floor(this.#turns.rank(level, this.#levels[level]!.oldestSinceMs, nowMs));
  }

  #count(place: Place, sign: 1 | -1): void {
    const tokens = sign * place.amounts.totalTokens;
    this.size += sign;
    this.queuedTokens += tokens;
    if (place.option.scopes.length > 0) this.#scoped += sign;
    const held = this.#held.get(place.tenant);
    if (held === undefined) this.#held.set(place.tenant, { places: 1, tokens });
    else if (held.places + sign === 0) this.#held.delete(place.tenant);
    else {
      held.places += sign;
      held.tokens += tokens;
    }
  }
}
