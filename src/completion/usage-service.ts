import type { ProviderConfig } from "../config/provider-config.ts";
import type { Caller } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { DAY_MS } from "../core/durations.ts";
import { matchesModel } from "../core/model-pattern.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { BudgetBook } from "../cost/budget/budget-book.ts";
import type { LedgerStore } from "../cost/ledger/ledger-store.ts";
import type { UsageQuery } from "../cost/ledger/usage-query.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import type { PoolReport } from "../scheduler/pool-report.ts";
import { reportPool } from "../scheduler/pool-reporter.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { DeploymentHealth } from "./deployment-health.ts";
import type { Deployments } from "./deployments.ts";
import { bestBreakerState, reportDeployment } from "./report-deployment.ts";
import type { ProviderReport, UsageReport } from "./usage-report.ts";
import type { UsageResets } from "./usage-resets.ts";

export interface UsageServiceOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly pools: PoolDirectory;
  readonly deployments: Deployments;
  readonly providers: readonly ProviderConfig[];
  readonly ledger: LedgerStore;
  readonly budgets: BudgetBook;
  readonly resets: UsageResets;
  readonly health: DeploymentHealth;
  /** Whether callers are told apart: then each sees only its own totals. */
  readonly hasTenants: boolean;
}

/** About 3 MB: what is larger than 4 MB, clients of gRPC do not take unless they are told to. */
const MAX_GROUPS = 20_000;
const BEYOND_MAX_GROUPS =
  "makes more than 20,000 groups, the most in one answer; ask for less time, fewer dimensions or fewer models";
const TOO_MANY_GROUPS = refuse("INVALID_REQUEST", `group_by ${BEYOND_MAX_GROUPS}`, {
  fieldViolations: [{ field: "group_by", description: BEYOND_MAX_GROUPS }],
});

/** Answers GetUsage: pools live, totals from the ledger. */
export class UsageService {
  readonly #options: UsageServiceOptions;

  constructor(options: UsageServiceOptions) {
    this.#options = options;
  }

  async report(query: UsageQuery, caller: Caller): Promise<UsageReport | Refusal> {
    const { budgets, hasTenants, ledger, resets } = this.#options;
    const tenant = hasTenants ? caller.tenant : query.tenant;
    const summary = await resets.query(ledger, { ...query, tenant, maxGroupCount: MAX_GROUPS });
    if (summary.groups.length > MAX_GROUPS) return TOO_MANY_GROUPS;
    return {
      pools: this.pools(query.models, caller),
      totals: summary.totals,
      groups: summary.groups,
      budgets: budgets.reports(tenant),
      providers: await this.#providers(tenant),
    };
  }

  /** The pools of the models that fit one of the patterns and that the caller may use; without patterns, of all. */
  pools(patterns: readonly string[], caller: Caller): PoolReport[] {
    const { clock, deployments, pools, scheduler } = this.#options;
    const byPool = Map.groupBy(deployments.catalog.deployments, ({ pool }) => pool);
    const reports: PoolReport[] = [];
    for (const pool of pools.all()) {
      const members = (byPool.get(pool.id) ?? []).filter(({ model }) => deployments.allows(caller, model));
      const isNamed = members.some(({ model }) => patterns.some((pattern) => matchesModel(pattern, model)));
      if (members.length > 0 && (patterns.length === 0 || isNamed)) {
        const models = [...new Set(members.map(({ model }) => model))];
        const names = members.map(({ id }) => id);
        reports.push(
          reportPool({ pool, scheduler, clock, tenant: caller.tenant, models, deployments: names }),
        );
      }
    }
    return reports;
  }

  async #providers(tenant: string | undefined): Promise<ProviderReport[]> {
    const { clock, deployments, health, ledger, providers } = this.#options;
    const startWallMs = Math.floor(clock.wallMs() / DAY_MS) * DAY_MS;
    const today = await ledger.query({
      models: [],
      tenant,
      startWallMs,
      endWallMs: undefined,
      groupBy: ["provider"],
    });
    const byProvider = Map.groupBy(deployments.catalog.deployments, ({ provider }) => provider);
    return providers.map((provider) => {
      const own = byProvider.get(provider.name) ?? [];
      const totals = today.groups.find(({ key }) => key.provider === provider.name)?.totals;
      const configured = provider.enabled && own.some((deployment) => deployment.configured);
      const reports = own.map((deployment) => reportDeployment(deployment, health));
      return {
        name: provider.name,
        enabled: provider.enabled,
        configured,
        healthy: configured && reports.some(({ healthy }) => healthy),
        breakerState: bestBreakerState(reports),
        costTodayNanoUsd: totals?.cost?.totalNanoUsd ?? 0n,
        tier: deployments.catalog.tiers.get(provider.name) ?? provider.tier,
        deployments: reports,
      };
    });
  }
}
