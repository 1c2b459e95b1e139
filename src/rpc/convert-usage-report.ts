import { create } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import {
  type GetUsageResponse,
  GetUsageResponseSchema,
  type UsageGroup as ProtoGroup,
  type UsageTotals as ProtoTotals,
} from "../../gen/es/headway/v1/get_usage_pb.js";
import { LimitSchema, type Limit as ProtoLimit } from "../../gen/es/headway/v1/limit_pb.js";
import {
  type LimitUsage,
  LimitUsageSchema,
  type PoolUsage,
  PoolUsageSchema,
} from "../../gen/es/headway/v1/pool_pb.js";
import {
  type DeploymentStatus,
  DeploymentStatusSchema,
  BreakerState as ProtoBreakerState,
  type ProviderStatus,
  ProviderStatusSchema,
} from "../../gen/es/headway/v1/provider_pb.js";
import type {
  BreakerState,
  DeploymentReport,
  ProviderReport,
  UsageReport,
} from "../completion/usage-report.ts";
import type { Limit } from "../core/limit.ts";
import type { UsageGroup, UsageTotals } from "../cost/ledger/usage-query.ts";
import type { LimitReport, PoolReport } from "../scheduler/pool-report.ts";
import { budgetToProto } from "./convert-budget.ts";
import { METRIC_NUMBERS } from "./convert-enums.ts";
import { durationFromMs, timestampFromWallMs } from "./convert-time.ts";
import { costToProto, count, usageToProto } from "./convert-usage.ts";

const BREAKER_STATE_NUMBERS: Readonly<Record<BreakerState, ProtoBreakerState>> = {
  closed: ProtoBreakerState.CLOSED,
  open: ProtoBreakerState.OPEN,
  half_open: ProtoBreakerState.HALF_OPEN,
};

/** What is used, left, waiting and spent, as the contract writes it. */
export function usageReportToProto(report: UsageReport): GetUsageResponse {
  return create(GetUsageResponseSchema, {
    pools: report.pools.map(poolToProto),
    totals: totalsToProto(report.totals),
    groups: report.groups.map(groupToProto),
    budgets: report.budgets.map(budgetToProto),
    providers: report.providers.map(providerToProto),
  });
}

/** A declared limit as the contract writes it. */
export function limitToProto({ metric, windowMs, amount, calendarTimeZone }: Limit): ProtoLimit {
  return create(LimitSchema, {
    metric: METRIC_NUMBERS[metric],
    window: windowToProto(windowMs),
    amount: BigInt(amount),
    calendarTimeZone: calendarTimeZone ?? "",
  });
}

/** A deployment's state as the contract writes it. */
export function deploymentToProto({ name, pool, healthy, breakerState }: DeploymentReport): DeploymentStatus {
  return create(DeploymentStatusSchema, {
    name,
    pool,
    healthy,
    breakerState: BREAKER_STATE_NUMBERS[breakerState],
  });
}

/** A pool as the contract writes it. */
export function poolToProto(pool: PoolReport): PoolUsage {
  return create(PoolUsageSchema, {
    name: pool.name,
    models: [...pool.models],
    deployments: [...pool.deployments],
    limits: pool.limits.map(limitUsageToProto),
    queueLength: BigInt(pool.queueLength),
    predictedWait: durationFromMs(pool.predictedWaitMs),
    likelyWait: optionalDuration(pool.likelyWaitMs),
    holdUntil: optionalTimestamp(pool.holdUntilWallMs),
    counters: {
      leaked429Count: BigInt(pool.counters.leaked429Count),
      useByMissedCount: BigInt(pool.counters.useByMissedCount),
      estimateExceededCount: BigInt(pool.counters.estimateExceededCount),
      foreignUsageCount: BigInt(pool.counters.foreignUsageCount),
    },
  });
}

function limitUsageToProto(report: LimitReport): LimitUsage {
  const { metric, windowMs, amount, calendarTimeZone } = report.limit;
  return create(LimitUsageSchema, {
    metric: METRIC_NUMBERS[metric],
    window: windowToProto(windowMs),
    amount: BigInt(amount),
    cap: count(report.cap)!,
    used: count(report.used)!,
    reserved: count(report.reserved)!,
    remaining: count(report.remaining)!,
    resetTime: optionalTimestamp(report.resetWallMs),
    calendarTimeZone: calendarTimeZone ?? "",
    declaredAmount: count(report.declaredAmount),
    maxUtilization: report.maxUtilization,
  });
}

function groupToProto({ key, totals }: UsageGroup): ProtoGroup {
  return { $typeName: "headway.v1.UsageGroup", key: { ...key }, totals: totalsToProto(totals) };
}

/** Without `create`, which takes several times as long: there may be thousands. */
function totalsToProto(totals: UsageTotals): ProtoTotals {
  const answered = totals.primaryRequests + totals.fallbackRequests;
  return {
    $typeName: "headway.v1.UsageTotals",
    requests: BigInt(totals.requests),
    primaryRequests: BigInt(totals.primaryRequests),
    fallbackRequests: BigInt(totals.fallbackRequests),
    primaryPercentage: percentage(totals.primaryRequests, answered),
    fallbackPercentage: percentage(totals.fallbackRequests, answered),
    rateLimitWaits: BigInt(totals.rateLimitWaits),
    rateLimitFallbacks: BigInt(totals.rateLimitFallbacks),
    scheduledWaits: BigInt(totals.scheduledWaits),
    waitTimeouts: BigInt(totals.waitTimeouts),
    errors: BigInt(totals.errors),
    cacheHits: BigInt(totals.cacheHits),
    usage: usageToProto(totals.usage),
    cost: costToProto(totals.cost),
    averageLatency: optionalDuration(totals.averageLatencyMs),
    successRate: totals.successRate,
  };
}

function providerToProto(provider: ProviderReport): ProviderStatus {
  return create(ProviderStatusSchema, {
    name: provider.name,
    enabled: provider.enabled,
    configured: provider.configured,
    healthy: provider.healthy,
    breakerState: BREAKER_STATE_NUMBERS[provider.breakerState],
    costTodayNanoUsd: provider.costTodayNanoUsd,
    tier: provider.tier,
    deployments: provider.deployments.map(deploymentToProto),
  });
}

function windowToProto(windowMs: number): Duration | undefined {
  return windowMs === 0 ? undefined : durationFromMs(windowMs);
}

function optionalDuration(durationMs: number | undefined): Duration | undefined {
  return durationMs === undefined ? undefined : durationFromMs(durationMs);
}

function optionalTimestamp(wallMs: number | undefined): Timestamp | undefined {
  return wallMs === undefined ? undefined : timestampFromWallMs(wallMs);
}

function percentage(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}
