import type { CauseSet } from "../core/cause-set.ts";
import type { Amounts, Limit } from "../core/limit.ts";
import type { Charge } from "../tracker/charge.ts";
import type { LookAhead } from "../tracker/look-ahead.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import type { Claimant, ScopeClaims } from "./scope-claims.ts";

/** Something besides the pool that must have room before a call may start: a tenant's quota, a budget. */
export interface Scope {
  /** Where its room is counted, to be kept over a restart under this name. Undefined: it is not kept. */
  readonly account?: { readonly id: string; readonly usage: PoolUsage };
  /** What is limited, for people and `QuotaFailure`, as `tenant search`. Undefined: it is not named. */
  readonly subject?: string;
  /** What every charge reserves of budgets, in nano-dollars; above 0. Absent: it is no budget, or nothing is reserved. */
  readonly reservedNanoUsd?: bigint | undefined;
  /** Who waits for its room, where calls share it. Absent: it is the scope of one call. */
  readonly claims?: ScopeClaims;
  /** The limit that a call is too large for, whatever the time; undefined when it can run. Absent: none is. */
  tooLarge?(amounts: Amounts): { readonly limit: Limit; readonly cap: number } | undefined;
  /** What keeps a call from starting at `nowMs`. Absent: not known. */
  causes?(nowMs: number, amounts: Amounts): CauseSet;
  /** The first instant from `nowMs` on with room for `amounts`; Infinity when only a settlement makes room. */
  earliestMs(nowMs: number, amounts: Amounts): number;
  /** A copy on which its future is played, with `ratio` of what calls reserve. Absent: only {@link earliestMs} is known. */
  lookAhead?(nowMs: number, ratio: number): LookAhead;
  /** Takes the room; called only when {@link earliestMs} has answered `nowMs` or before. */
  charge(nowMs: number, amounts: Amounts): ScopeCharge;
}

/** Room taken from a {@link Scope}; ended once, by one of its methods. */
export interface ScopeCharge {
  /** What its {@link Scope.account} was charged. Undefined: the scope has none. */
  readonly charge?: Charge;
  settle(nowMs: number, actual: Amounts): void;
  /** Corrects what {@link expire} has counted, when the call settles after all. */
  settleLate(nowMs: number, actual: Amounts): void;
  release(): void;
  expire(nowMs: number): void;
}

/** The scopes that have no room at `nowMs`. */
export function fullScopes(scopes: readonly Scope[], nowMs: number, amounts: Amounts): readonly Scope[] {
  return scopes.filter((scope) => scope.earliestMs(nowMs, amounts) > nowMs);
}

/** Whether all scopes have room at `nowMs` for one who asks, and for those that wait ahead of it. */
export function haveScopesRoom(scopes: readonly Scope[], claimant: Claimant, nowMs: number): boolean {
  return scopes.every((scope) => {
    const needed = scope.claims?.neededBy(claimant, nowMs) ?? claimant.amounts;
    return scope.earliestMs(nowMs, needed) <= nowMs;
  });
}
