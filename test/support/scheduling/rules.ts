import type { Limit } from "../../../src/core/limit.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Rules with the defaults of the configuration: margin 2, guard 1 s, even spacing, charged at start, refunded. */
export function poolRules(limits: readonly Limit[], changes: Partial<PoolRules> = {}): PoolRules {
  return {
    limits,
    safetyMargin: 2,
    tokenMarginPercent: 0,
    guardMs: 1000,
    spacing: "even",
    chargeAt: "start",
    refund: "full",
    ...changes,
  };
}

export function requestsPer(windowMs: number, amount: number): Limit {
  return { metric: "requests", windowMs, amount };
}

export function tokensPer(windowMs: number, amount: number): Limit {
  return { metric: "tokens", windowMs, amount };
}

export function concurrent(amount: number): Limit {
  return { metric: "concurrent", windowMs: 0, amount };
}
