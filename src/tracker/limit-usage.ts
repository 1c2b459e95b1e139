import type { Limit } from "../core/limit.ts";
import type { OpenCalls } from "./open-calls.ts";
import { capOf, type PoolRules } from "./pool-rules.ts";

/** One limit as users see it. */
export interface LimitUsage {
  readonly limit: Limit;
  readonly cap: number;
  /** Charged by calls that have ended, and by others that share the account. */
  readonly used: number;
  /** Charged by calls that are open. */
  readonly reserved: number;
  readonly remaining: number;
  /** Monotonic time at which everything counted now has left; `undefined` when nothing counts. */
  readonly resetMs: number | undefined;
  /** The highest sum ever charged. */
  readonly peak: number;
}

/** The limits of concurrency among the rules, with the calls that are open and the most that ever were. */
export function concurrencyUsage(rules: PoolRules, { count, peak }: OpenCalls): LimitUsage[] {
  const limits = rules.limits.filter(({ metric }) => metric === "concurrent");
  return limits.map((limit) => {
    const cap = capOf(limit, rules);
    const remaining = Math.max(0, cap - count);
    return { limit, cap, used: 0, reserved: count, remaining, resetMs: undefined, peak };
  });
}
