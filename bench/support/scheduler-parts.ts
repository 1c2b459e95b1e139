import type { Clock } from "../../src/core/clock.ts";
import { type Amounts, callAmounts } from "../../src/core/limit.ts";
import { refuse } from "../../src/core/refusal.ts";
import type { PoolQueue } from "../../src/scheduler/pool-queue.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import type { Scope } from "../../src/scheduler/scope.ts";
import type { StartRequest } from "../../src/scheduler/waiter.ts";
import type { PoolRules } from "../../src/tracker/pool-rules.ts";
import { PoolUsage } from "../../src/tracker/pool-usage.ts";

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NO_SCOPES: readonly Scope[] = [];

/** What a call reserves. */
export const RESERVED = callAmounts(50, 100);
/** What it used when it has ended. */
export const USED = callAmounts(50, 40);
/** What is answered to whoever still waits at the end. */
export const CLOSED = refuse("SHUTTING_DOWN", "");

/** A pool of `amount` requests in a window, with the usual three limits. */
export function rulesOf(amount: number, windowMs = MINUTE_MS): PoolRules {
  return {
    limits: [
      { metric: "requests", windowMs, amount },
      { metric: "tokens", windowMs, amount: amount * 300 },
      { metric: "requests", windowMs: DAY_MS, amount: 1e12 },
    ],
    safetyMargin: 2,
    tokenMarginPercent: 0,
    guardMs: windowMs / 60,
    spacing: "even",
    chargeAt: "start",
    refund: "full",
  };
}

/** A scheduler with one pool. */
export function makeScheduler(clock: Clock, rules: PoolRules): { scheduler: Scheduler; pool: PoolQueue } {
  const scheduler = new Scheduler({
    clock,
    agingMs: 30_000,
    maxQueue: 1_000_000,
    weightOf: () => 1,
    onExpired: () => {},
  });
  const usage = new PoolUsage(rules, clock.monotonicMs(), (monotonicMs) => monotonicMs);
  return { scheduler, pool: scheduler.addPool("pool", usage) };
}

/** A request that waits as long as it takes. */
export function requestFor(pool: PoolQueue, amounts: Amounts, tenant = "default"): StartRequest {
  return {
    options: [{ deployment: "provider/model", pool, amounts, scopes: NO_SCOPES }],
    tenant,
    level: 1,
    maxWaitMs: 1e9,
    deadlineMs: undefined,
    leaseDurationMs: 600_000,
  };
}
