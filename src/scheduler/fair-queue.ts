import { PRIORITIES } from "../core/priority.ts";
import { Level } from "./level.ts";
import type { Place } from "./place.ts";

/** Queues up to this length are counted through to find a position. */
const ALWAYS_COUNTED = 32;

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
  readonly #levels = PRIORITIES.map(() => new Level());
  readonly #agingMs: number;
  readonly #weightOf: (tenant: string) => number;
  readonly #shareOf: (place: Place) => number;
  readonly #held = new Map<string, { places: number; tokens: number }>();
  /** The level that was served last: among equals it is the last to be served again. */
  #turn = PRIORITIES.length - 1;
  size = 0;
  /** Tokens that everyone in the queue has asked for together. */
  queuedTokens = 0;

  constructor(options: {
    agingMs: number;
    weightOf: (tenant: string) => number;
    /** The part of the pool's tightest limit that a call takes, as a fraction of its cap; above 0. */
    shareOf: (place: Place) => number;
  }) {
    this.#agingMs = options.agingMs;
    this.#weightOf = options.weightOf;
    this.#shareOf = options.shareOf;
  }

  push(place: Place, nowMs: number): void {
    place.sinceMs = nowMs;
    place.share = this.#shareOf(place);
    this.#levels[place.level]!.push(place, this.#weightOf(place.tenant));
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
    let best: Place | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const [index, level] of this.#levels.entries()) {
      if (level.size === 0) continue;
      const candidate = level.next(mayStart);
      if (candidate === undefined) continue;
      const rank = this.#rank(index, candidate.oldestSinceMs, nowMs);
      if (rank >= bestRank) continue;
      best = candidate.place;
      bestRank = rank;
    }
    return best;
  }

  serve(place: Place): void {
    this.#turn = place.level;
    this.#levels[place.level]!.serve(place);
    this.#count(place, -1);
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
  isLast(level: number, tenant: string, nowMs: number): boolean {
    const own = this.#levels[level]!;
    if (!own.isOnly(tenant)) return false;
    if (own.size === this.size) return true;
    const ranks = this.#ranks(nowMs);
    const isBefore = (_: Level, other: number): boolean =>
      other === level ||
      ranks[other] === undefined ||
      Math.floor(ranks[other]) < Math.floor(ranks[level] ?? level);
    return this.#levels.every(isBefore);
  }

  /** The position of a newcomer in the order of service, from 1; in a long queue about. `isLast`: after all others. */
  positionOf(newcomer: Place, isLast: boolean, nowMs: number): number {
    if (isLast) return this.size;
    if (this.size <= ALWAYS_COUNTED) {
      let position = 0;
      for (const place of this.inServiceOrder(nowMs)) {
        position++;
        if (place === newcomer) return position;
      }
    }
    const ranks = this.#ranks(nowMs);
    const own = this.#levels[newcomer.level]!.positionOf(newcomer);
    const ownRank = Math.floor(ranks[newcomer.level]!);
    let before = 0;
    for (const [index, level] of this.#levels.entries()) {
      const rank = ranks[index];
      if (index === newcomer.level || rank === undefined || Math.floor(rank) > ownRank) continue;
      before += Math.floor(rank) < ownRank ? level.size : Math.min(level.size, own);
    }
    return before + own;
  }

  /** Everyone in the order of service, as far as it can be known now. */
  *inServiceOrder(nowMs: number): Generator<Place> {
    const ranks = this.#ranks(nowMs);
    for (let rank = 0; rank < this.#levels.length; rank++) {
      const equals = this.#levels
        .map((level, index) => ({ level, rank: ranks[index] }))
        .filter((entry) => entry.rank !== undefined && Math.floor(entry.rank) === rank)
        .sort((left, right) => left.rank! - right.rank!)
        .map(({ level }) => level.inServiceOrder());
      yield* inTurns(equals);
    }
  }

  /** The place of each level in the order of service; `undefined` for empty ones. */
  #ranks(nowMs: number): (number | undefined)[] {
    const anyone = (): boolean => true;
    return this.#levels.map((level, index) => {
      const candidate = level.next(anyone);
      return candidate && this.#rank(index, candidate.oldestSinceMs, nowMs);
    });
  }

  /** The level that another counts as, and as a fraction its turn among equals. */
  #rank(index: number, oldestSinceMs: number, nowMs: number): number {
    const lifted = Math.max(0, index - Math.floor((nowMs - oldestSinceMs) / this.#agingMs));
    const count = this.#levels.length;
    return lifted + ((index - this.#turn - 1 + count) % count) / count;
  }

  #count(place: Place, sign: 1 | -1): void {
    const tokens = sign * place.amounts.totalTokens;
    this.size += sign;
    this.queuedTokens += tokens;
    const held = this.#held.get(place.tenant);
    if (held === undefined) this.#held.set(place.tenant, { places: 1, tokens });
    else if (held.places + sign === 0) this.#held.delete(place.tenant);
    else {
      held.places += sign;
      held.tokens += tokens;
    }
  }
}

/** One of each in turn, until all have ended. */
function* inTurns(lines: Generator<Place>[]): Generator<Place> {
  let open = lines;
  while (open.length > 1) {
    const ended = new Set<Generator<Place>>();
    for (const line of open) {
      const { value, done } = line.next();
      if (done) ended.add(line);
      else yield value;
    }
    if (ended.size > 0) open = open.filter((line) => !ended.has(line));
  }
  if (open[0] !== undefined) yield* open[0];
}
