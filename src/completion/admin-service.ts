import { buildCatalog } from "../catalog/build-catalog.ts";
import type { CheckedConfig } from "../catalog/check-config.ts";
import { withTier } from "../catalog/with-tier.ts";
import type { Tier } from "../config/provider-config.ts";
import { TIERS } from "../config/schema/provider-schema.ts";
import type { Tree } from "../config/tree.ts";
import { type Caller, NOBODY } from "../core/call.ts";
import { matchesModel } from "../core/model-pattern.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { Alert } from "../cost/alerts/alert.ts";
import type { AlertMonitor } from "../cost/alerts/alert-monitor.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import type { PoolReport } from "../scheduler/pool-report.ts";
import type { LiveConfig } from "./live-config.ts";
import { compareConfigs, type Reload, refuseConfig, runningConfig, runningTree } from "./reload.ts";
import type { UsageResets } from "./usage-resets.ts";

/** Pools with their new limits. */
export interface TierSet {
  readonly kind: "tier_set";
  readonly pools: readonly PoolReport[];
}

/** All preferences: model by kind of task. */
export interface PreferenceSet {
  readonly kind: "preference_set";
  readonly taskModels: Readonly<Record<string, string>>;
}

export interface AdminServiceOptions {
  readonly live: LiveConfig;
  readonly pools: PoolDirectory;
  readonly resets: UsageResets;
  readonly alerts: Pick<AlertMonitor, "list">;
  /** The pools of models as GetUsage shows them. */
  readonly reportPools: (models: readonly string[], caller: Caller) => readonly PoolReport[];
  /** Reads the configuration again. */
  readonly readConfig: () => CheckedConfig;
  /** The file that it was read from at the start. Undefined: there was none. */
  readonly configFile: string | undefined;
  /** What was read at the start. */
  readonly tree: Tree;
}

/** Changes the running service, as AdminService asks. */
export class AdminService {
  readonly #options: AdminServiceOptions;
  #tree: Tree;

  constructor(options: AdminServiceOptions) {
    this.#options = options;
    this.#tree = options.tree;
  }

  /** Puts a provider (undefined: all) on another tier: running slots stay, the new limits hold at once. */
  setTier(provider: string | undefined, tier: string): TierSet | Refusal {
    const { live, reportPools } = this.#options;
    const known = live.config.providers.map(({ name }) => name);
    if (!isTier(tier)) return refuseField("tier", `must be one of ${TIERS.join(", ")}`);
    if (provider !== undefined && !known.includes(provider)) {
      return refuseField("provider", `must be one of ${known.join(", ")}`);
    }
    const names = provider === undefined ? known : [provider];
    let { catalog } = live;
    for (const name of names) catalog = withTier(live.config, catalog, name, tier)!;
    live.setCatalog(catalog);
    const models = names.map((name) => `${name}/*`);
    return { kind: "tier_set", pools: reportPools(models, NOBODY) };
  }

  /** Says which model answers a kind of task. `model` undefined: Headway chooses. */
  setModelPreference(taskType: string, model: string | undefined): PreferenceSet | Refusal {
    const { live } = this.#options;
    if (model !== undefined && live.catalog.find(model).kind === "not_found") {
      return refuse("MODEL_NOT_FOUND", "there is no such model; see ListModels for what there is", {
        metadata: { model: model.slice(0, 80) },
      });
    }
    const others = live.config.routing.taskModels.filter((entry) => entry.taskType !== taskType);
    const taskModels = model === undefined ? others : [...others, { taskType, model }];
    live.setTaskModels(taskModels);
    const entries = taskModels.map((entry) => [entry.taskType, entry.model]);
    return { kind: "preference_set", taskModels: Object.fromEntries(entries) };
  }

  /** Starts totals, and without a tenant also the counters of pools, anew. Answers since when, as wall time. */
  resetUsage(models: readonly string[], tenant: string | undefined): number {
    const { live, pools, resets } = this.#options;
    if (tenant === undefined) {
      const isMeant = (model: string): boolean =>
        models.length === 0 || models.some((pattern) => matchesModel(pattern, model));
      const meant = live.catalog.deployments.filter(({ model }) => isMeant(model));
      const names = new Set(meant.map(({ pool }) => pool));
      for (const pool of pools.all()) if (models.length === 0 || names.has(pool.id)) pool.resetCounters();
    }
    return resets.add(models, tenant);
  }

  /** Reads the configuration again. With an error in it the old one stays in force. */
  reloadConfig(): Reload | Refusal {
    const { configFile, live, readConfig } = this.#options;
    const read = readConfig();
    if (read.kind === "invalid") return refuseConfig(read, configFile);
    const reload = compareConfigs(this.#tree, read.tree);
    const config = runningConfig(live.config, read.config, reload.changedPaths);
    const overridden = this.#overriddenPaths(config.routing.taskModels);
    live.replace(config, buildCatalog(config));
    this.#tree = runningTree(this.#tree, read.tree);
    const changedPaths = [...new Set([...reload.changedPaths, ...overridden])].sort();
    return { ...reload, changedPaths };
  }

  /** What was raised in a stretch of wall time, the newest first. */
  listAlerts(startWallMs: number | undefined, endWallMs: number | undefined): Alert[] {
    return this.#options.alerts.list(startWallMs, endWallMs);
  }

  /** What was set while running and is as configured again. */
  #overriddenPaths(configured: readonly { taskType: string; model: string }[]): string[] {
    const { catalog, config } = this.#options.live;
    const tiers = [...catalog.tiers.keys()].map((name) => `providers.${name}.tier`);
    const modelOf = (entries: typeof configured, taskType: string): string | undefined =>
      entries.find((entry) => entry.taskType === taskType)?.model;
    const present = config.routing.taskModels;
    const tasks = new Set([...present, ...configured].map(({ taskType }) => taskType));
    const changed = [...tasks].filter((task) => modelOf(present, task) !== modelOf(configured, task));
    return [...tiers, ...changed.map((task) => `routing.task_models.${task}`)];
  }
}

function isTier(text: string): text is Tier {
  return (TIERS as readonly string[]).includes(text);
}

function refuseField(field: string, description: string): Refusal {
  return refuse("INVALID_REQUEST", `${field} ${description}`, { fieldViolations: [{ field, description }] });
}
