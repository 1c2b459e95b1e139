import type { Amounts } from "../core/limit.ts";
import type { LookAhead } from "../tracker/look-ahead.ts";
import type { FairQueue } from "./fair-queue.ts";
import type { Place } from "./place.ts";
import type { Scope } from "./scope.ts";
import { ScopeClaims } from "./scope-claims.ts";

/** A scope whose future can be played. */
interface Played {
  readonly ahead: LookAhead;
  readonly claims: ScopeClaims;
  /** Those of the claims that wait in other pools. */
  others: readonly Place[];
  /** When the last call started that was counted. */
  lastMs: number;
}

/** When a waiter has room in its scopes. */
export interface ScopesReady {
  /** The first instant, in monotonic milliseconds. Infinity when only somebody else's start or end makes room. */
  readonly readyMs: number;
  /** The same if nothing were kept for others: it cannot start before. */
  readonly aloneMs: number;
  /** From now on what it needs is kept for it. */
  readonly hasClaimed: boolean;
}

/** The scopes of those who wait in one pool, as their future is played beside that of the pool. */
export class ScopeRooms {
  readonly #nowMs: number;
  readonly #ratio: number;
  readonly #queue: FairQueue;
  readonly #out: ReadonlySet<Place>;
  readonly #played = new Map<Scope, Played>();
  /** Those that others claim too, who wait in other pools. */
  readonly #claimedElsewhere: Played[] = [];
  /** Whether room was kept for anybody. */
  hasClaims = false;

  /** `ratio` is the part of its estimate that a call is taken to use. Those of `out` are not played. */
  constructor(options: { nowMs: number; ratio: number; queue: FairQueue; out: ReadonlySet<Place> }) {
    this.#nowMs = options.nowMs;
    this.#ratio = options.ratio;
    this.#queue = options.queue;
    this.#out = options.out;
  }

  /**
   * Does what {@link claimScopes} does; `atMs` must not fall. `isHopeful`: a scope of which nobody can say when it has room is
   * taken to have it.
   */
  claim(place: Place, atMs: number, isHopeful: boolean): ScopesReady {
    let ownMs = atMs;
    let sharedMs = atMs;
    let aloneMs = atMs;
    for (const scope of place.option.scopes) {
      const played = this.#playedOf(scope);
      if (played === undefined) {
        const earliestMs = scope.earliestMs(this.#nowMs, place.amounts);
        if (Number.isFinite(earliestMs) || !isHopeful) ownMs = Math.max(ownMs, earliestMs);
        continue;
      }
      const { ahead, claims } = played;
      const needed = claims.neededBy(place, atMs);
      const earliestMs = ahead.earliestMs(atMs, needed);
      sharedMs = Math.max(sharedMs, earliestMs);
      const isAlone = needed === place.amounts;
      aloneMs = Math.max(aloneMs, isAlone ? earliestMs : ahead.earliestMs(atMs, place.amounts));
    }
    let hasClaimed = false;
    if (sharedMs > atMs && ownMs <= atMs) {
      for (const scope of place.option.scopes) {
        if (this.#playedOf(scope)?.claims.add(place)) hasClaimed = true;
      }
      this.hasClaims = true;
    }
    return { readyMs: Math.max(ownMs, sharedMs), aloneMs: Math.max(ownMs, aloneMs), hasClaimed };
  }

  /** Adds others of the pool for whom room is kept in the scopes of one. */
  addRivals(place: Place, rivals: Set<Place>): void {
    for (const scope of place.option.scopes) {
      for (const other of this.#playedOf(scope)?.claims.places ?? []) {
        if (other !== place && this.#isHere(other)) rivals.add(other);
      }
    }
  }

  /** Ends what is kept for one. */
  endClaims(place: Place): void {
    for (const scope of place.option.scopes) this.#playedOf(scope)?.claims.remove(place);
  }

  /** Starts those for whom room is kept who wait in other pools, as if these had room; returns whether any did. */
  startOthers(atMs: number): boolean {
    let hasStarted = false;
    for (const played of this.#claimedElsewhere) {
      for (const place of played.others) {
        if (readyMsOf(played, place, atMs) > atMs) continue;
        played.ahead.assume(atMs, place.amounts);
        played.lastMs = atMs;
        played.claims.remove(place);
        played.others = played.others.filter((other) => other !== place);
        hasStarted = true;
      }
    }
    return hasStarted;
  }

  /** When the first of them will start. */
  othersMs(atMs: number): number {
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const played of this.#claimedElsewhere) {
      for (const place of played.others) earliestMs = Math.min(earliestMs, readyMsOf(played, place, atMs));
    }
    return earliestMs;
  }

  /** The first instant with room after all calls that were counted there; now where only a settlement makes room. */
  afterOwnMs(scopes: readonly Scope[], amounts: Amounts): number {
    let earliestMs = this.#nowMs;
    for (const scope of scopes) {
      const played = this.#playedOf(scope);
      const roomMs =
        played?.ahead.earliestMs(played.lastMs, amounts) ?? scope.earliestMs(this.#nowMs, amounts);
      if (Number.isFinite(roomMs)) earliestMs = Math.max(earliestMs, roomMs);
    }
    return earliestMs;
  }

  /** Counts a call that starts at `startMs`. */
  assume(scopes: readonly Scope[], amounts: Amounts, startMs: number): void {
    for (const scope of scopes) {
      const played = this.#playedOf(scope);
      if (played === undefined) continue;
      played.ahead.assume(startMs, amounts);
      played.lastMs = startMs;
    }
  }

  #playedOf(scope: Scope): Played | undefined {
    let played = this.#played.get(scope);
    if (played === undefined && scope.lookAhead !== undefined) {
      const ahead = scope.lookAhead(this.#nowMs, this.#ratio);
      const kept = (scope.claims?.places ?? []).filter((place) => this.#isPlayed(place));
      const others = kept.filter((place) => !this.#isHere(place));
      played = { ahead, claims: new ScopeClaims(kept), others, lastMs: this.#nowMs };
      this.#played.set(scope, played);
      this.hasClaims ||= kept.length > 0;
      if (others.length > 0) this.#claimedElsewhere.push(played);
    }
    return played;
  }

  /** Who waits here and elsewhere is played as one who waits here. */
  #isPlayed(place: Place): boolean {
    if (this.#isHere(place)) return !this.#out.has(place);
    return !place.waiter.isIn(this.#queue);
  }

  #isHere({ option }: Place): boolean {
    return option.pool.queue === this.#queue;
  }
}

function readyMsOf({ ahead, claims }: Played, place: Place, atMs: number): number {
  return ahead.earliestMs(atMs, claims.neededBy(place, atMs));
}
