import type { Clock } from "../core/clock.ts";
import { callAmounts } from "../core/limit.ts";
import { levelOf } from "../core/priority.ts";
import type { LimitUsage } from "../tracker/limit-usage.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { LimitReport, PoolReport } from "./pool-report.ts";
import type { Scheduler } from "./scheduler.ts";

/** A small request: what the predicted wait of a pool is stated for. */
const SMALL_REQUEST = callAmounts(1, 1);

/** A pool as it stands now. */
export function reportPool(options: {
  readonly pool: PoolQueue;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly tenant: string;
  readonly models: readonly string[];
  readonly deployments: readonly string[];
}): PoolReport {
  const { pool, scheduler, clock, tenant } = options;
  const option = { deployment: pool.id, pool, amounts: SMALL_REQUEST, scopes: [] };
  const planned = scheduler.preview(option, { tenant, level: levelOf("normal") });
  const nowMs = clock.monotonicMs();
  const wallOf = (monotonicMs: number): number => clock.wallMs() + monotonicMs - nowMs;
  const { leaked429, useByMissed, estimateExceeded, foreignUsage } = pool.counters;
  return {
    name: pool.id,
    models: options.models,
    deployments: options.deployments,
    limits: pool.usage.limits(nowMs).map((usage) => reportLimit(usage, wallOf)),
    queueLength: pool.queue.size,
    predictedWaitMs: Math.max(0, planned.startMs - nowMs),
    likelyWaitMs: planned.likelyMs === undefined ? undefined : Math.max(0, planned.likelyMs - nowMs),
    holdUntilWallMs: pool.usage.holdUntilMs > nowMs ? wallOf(pool.usage.holdUntilMs) : undefined,
    counters: {
      leaked429Count: leaked429,
      useByMissedCount: useByMissed,
      estimateExceededCount: estimateExceeded,
      foreignUsageCount: foreignUsage,
    },
  };
}

function reportLimit(usage: LimitUsage, wallOf: (monotonicMs: number) => number): LimitReport {
  const { limit, cap, used, reserved, remaining, resetMs, peak } = usage;
  return {
    limit,
    cap,
    used,
    reserved,
    remaining,
    resetWallMs: resetMs === undefined ? undefined : wallOf(resetMs),
    declaredAmount: limit.declaredAmount,
    maxUtilization: peak / limit.amount,
  };
}
