import type { BudgetReport } from "../cost/budget/budget-report.ts";
import type { UsageGroup, UsageTotals } from "../cost/ledger/usage-query.ts";
import type { PoolReport } from "../scheduler/pool-report.ts";

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
