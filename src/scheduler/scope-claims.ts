import { type Amounts, addAmounts } from "../core/limit.ts";
import type { Place } from "./place.ts";

/** Who asks for room in a scope. */
export interface Claimant {
  readonly amounts: Amounts;
  /** Undefined: a newcomer, who does not wait yet. */
  readonly waiter: object | undefined;
  /** The level of priority that it counts as, 0 for the most urgent. */
  levelAt(nowMs: number): number;
}

/**
 * Who found no room in a scope that calls share, in whatever pool they wait. What each needs is kept for it until it starts or
 * goes away: whoever is less urgent, or as urgent and later to find no room, starts only where there is room for both. So
 * the first of them waits for nothing but time and its pool.
 */
export class ScopeClaims {
  /** In the order in which they found no room; one of each waiter. */
  readonly #places: Place[];

  constructor(places: readonly Place[] = []) {
    this.#places = [...places];
  }

  get places(): readonly Place[] {
    return this.#places;
  }

  /** How much room there must be for one to start at `nowMs`: for itself, and for all that is kept for those ahead of it. */
  neededBy(claimant: Claimant, nowMs: number): Amounts {
    let needed = claimant.amounts;
    if (this.#places.length === 0) return needed;
    const level = claimant.levelAt(nowMs);
    let isBefore = true;
    for (const place of this.#places) {
      if (place.waiter === claimant.waiter) isBefore = false;
      else {
        const otherLevel = place.levelAt(nowMs);
        const isAhead = otherLevel < level || (otherLevel === level && isBefore);
        if (isAhead) needed = addAmounts(needed, place.amounts);
      }
    }
    return needed;
  }

  /** Keeps from now on what a waiter needs; false when that is done already. */
  add(place: Place): boolean {
    if (this.#places.some(({ waiter }) => waiter === place.waiter)) return false;
    this.#places.push(place);
    return true;
  }

  /** Keeps nothing for a place any more; false when nothing was. */
  remove(place: Place): boolean {
    const index = this.#places.indexOf(place);
    if (index < 0) return false;
    this.#places.splice(index, 1);
    return true;
  }
}

/** When the scopes of a waiter let it start, by what is known at `nowMs`; those that it finds without room keep it from then on. */
export function claimScopes(place: Place, nowMs: number): number {
  let ownMs = nowMs;
  let sharedMs = nowMs;
  for (const scope of place.option.scopes) {
    const earliestMs = scope.earliestMs(nowMs, scope.claims?.neededBy(place, nowMs) ?? place.amounts);
    if (scope.claims === undefined) ownMs = Math.max(ownMs, earliestMs);
    else sharedMs = Math.max(sharedMs, earliestMs);
  }
  // Nothing is kept for one who could not use it.
  if (sharedMs > nowMs && ownMs <= nowMs) for (const { claims } of place.option.scopes) claims?.add(place);
  return Math.max(ownMs, sharedMs);
}

/** Whether room in its scopes is kept for others ahead of a waiter. */
export function isBehindClaims(place: Place, nowMs: number): boolean {
  return place.option.scopes.some(({ claims }) => {
    return claims !== undefined && claims.neededBy(place, nowMs) !== place.amounts;
  });
}

/** Ends what is kept for one who starts or goes away, and lets those look again who waited behind it. */
export function endClaims(place: Place): void {
  for (const { claims } of place.option.scopes) {
    if (claims?.remove(place)) for (const { option } of claims.places) option.pool.lookSoon();
  }
}
