import type { Amounts } from "../core/limit.ts";

/** Something besides the pool that must have room before a call may start: a tenant's quota, a budget. */
export interface Scope {
  /** The first instant from `nowMs` on with room for `amounts`; Infinity when only a settlement makes room. */
  earliestMs(nowMs: number, amounts: Amounts): number;
  /** Takes the room; called only when {@link earliestMs} has answered `nowMs` or before. */
  charge(nowMs: number, amounts: Amounts): ScopeCharge;
}

/** Room taken from a {@link Scope}; ended once, by one of its methods. */
export interface ScopeCharge {
  settle(nowMs: number, actual: Amounts): void;
  release(): void;
  expire(nowMs: number): void;
}

/** The first instant from `nowMs` on at which all scopes have room. */
export function scopesEarliestMs(scopes: readonly Scope[], nowMs: number, amounts: Amounts): number {
  let earliest = nowMs;
  for (const scope of scopes) earliest = Math.max(earliest, scope.earliestMs(nowMs, amounts));
  return earliest;
}
