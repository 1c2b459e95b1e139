import type { Cost } from "../core/cost.ts";
import type { PoolReport } from "../scheduler/pool-report.ts";
import type { ReportedUsage } from "../scheduler/slot-settlement.ts";

/** By what totals are split. `tag`: each key and value; `tag:…`: the values of one key. Days and hours are UTC. */
export type UsageDimension = "model" | "provider" | "tenant" | "tag" | "day" | "hour" | `tag:${string}`;

/** Which usage is asked for. */
export interface UsageQuery {
  /** `provider/model`s; `openai/*` is all of a provider. Empty: all. Applies to pools, totals and groups. */
  readonly models: readonly string[];
  /** Undefined: all that the caller may see. Applies to totals and groups. */
  readonly tenant: string | undefined;
  /** Wall time, inclusive. Undefined: from the beginning. */
  readonly startWallMs: number | undefined;
  /** Wall time, exclusive. Undefined: until now. */
  readonly endWallMs: number | undefined;
  /** Each at most once. Empty: no groups. */
  readonly groupBy: readonly UsageDimension[];
}

/** Requests added up: each Complete and each settled or expired slot is one. */
export interface UsageTotals {
  /** Those that failed or were refused included. */
  readonly requests: number;
  /** Answered by the first candidate. */
  readonly primaryRequests: number;
  /** Answered by another candidate. */
  readonly fallbackRequests: number;
  /** Waited for a limit's window or a provider's hold. */
  readonly rateLimitWaits: number;
  /** Went to another candidate because of a 429 or of too long a wait. */
  readonly rateLimitFallbacks: number;
  /** Waited at all. */
  readonly scheduledWaits: number;
  /** Refused because the wait was or became too long. */
  readonly waitTimeouts: number;
  /** Failed or refused, for whatever reason. */
  readonly errors: number;
  readonly cacheHits: number;
  readonly usage: ReportedUsage;
  /** Of the calls whose price is known. Undefined: no call's is. */
  readonly cost: Cost | undefined;
  /** From the start of the call to its end, over answered requests. Undefined: there are none. */
  readonly averageLatencyMs: number | undefined;
  /** Answered requests of all requests, 0 to 1. Undefined: there are none. */
  readonly successRate: number | undefined;
}

/** The totals of one group. */
export interface UsageGroup {
  /** Its place in each dimension, as `{model: "openai/gpt-4o-mini", day: "2026-11-22"}`. */
  readonly key: Readonly<Record<string, string>>;
  readonly totals: UsageTotals;
}

/** One budget in its present period. */
export interface BudgetReport {
  readonly scope: "all" | "provider" | "model" | "tenant" | "tag";
  /** The provider, model, tenant, or `key=value`; empty for `all`. */
  readonly scopeValue: string;
  readonly period: "request" | "hour" | "day" | "week" | "month";
  readonly amountNanoUsd: bigint;
  readonly usedNanoUsd: bigint;
  /** The worst case of calls that are not yet settled. */
  readonly reservedNanoUsd: bigint;
  /** At least 0. */
  readonly remainingNanoUsd: bigint;
  /** Wall time of the period's end. Undefined for `request`. */
  readonly resetWallMs: number | undefined;
  readonly timeZone: string;
}

/** State of a circuit breaker. */
export type BreakerState = "closed" | "open" | "half_open";

/** One deployment as it stands now. */
export interface DeploymentReport {
  readonly name: string;
  readonly pool: string;
  /** Its provider is enabled and configured, and the breaker is not open. */
  readonly healthy: boolean;
  readonly breakerState: BreakerState;
}

/** One provider of the config as it stands now. */
export interface ProviderReport {
  readonly name: string;
  readonly enabled: boolean;
  /** It has credentials, or needs none. */
  readonly configured: boolean;
  readonly healthy: boolean;
  /** The best of its deployments' breakers. */
  readonly breakerState: BreakerState;
  readonly costTodayNanoUsd: bigint;
  readonly tier: string;
  readonly deployments: readonly DeploymentReport[];
}

/** What is used, left, waiting and spent. */
export interface UsageReport {
  readonly pools: readonly PoolReport[];
  readonly totals: UsageTotals;
  readonly groups: readonly UsageGroup[];
  readonly budgets: readonly BudgetReport[];
  readonly providers: readonly ProviderReport[];
}
