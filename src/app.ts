import type { Logger } from "pino";
import { addLayers } from "./app/add-layers.ts";
import { createProvider } from "./app/create-provider.ts";
import { openJournal, openLedger, refuseWhenFull } from "./app/open-storage.ts";
import { refreshPrices } from "./app/refresh-prices.ts";
import { startAlerts } from "./app/start-alerts.ts";
import { usable } from "./app/usable-storage.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { CheckedConfig } from "./catalog/check-config.ts";
import { AdminService } from "./completion/admin-service.ts";
import { budgetOfSlot } from "./completion/budget-of-slot.ts";
import { CandidateList } from "./completion/candidate-list.ts";
import { Completer } from "./completion/completer.ts";
import { DeploymentHealth } from "./completion/deployment-health.ts";
import { Deployments } from "./completion/deployments.ts";
import { EstimateService } from "./completion/estimate-service.ts";
import { feedbackProfiles } from "./completion/feedback-profile.ts";
import { LiveConfig } from "./completion/live-config.ts";
import { ModelService } from "./completion/model-service.ts";
import { reportDeployment } from "./completion/report-deployment.ts";
import { SlotService } from "./completion/slot-service.ts";
import { UsageResets } from "./completion/usage-resets.ts";
import { UsageService } from "./completion/usage-service.ts";
import type { Config } from "./config/config.ts";
import type { Tree } from "./config/tree.ts";
import { NOBODY } from "./core/call.ts";
import type { Clock } from "./core/clock.ts";
import type { Random } from "./core/random.ts";
import { type Refusal, refuse } from "./core/refusal.ts";
import { BudgetBook } from "./cost/budget/budget-book.ts";
import { restoreBudgets } from "./cost/budget/restore-budgets.ts";
import type { LedgerSink } from "./cost/ledger.ts";
import { PriceBook } from "./cost/price/price-book.ts";
import { loadEncodings, TokenEstimator } from "./cost/tokens/token-estimator.ts";
import { ServiceMetrics } from "./metrics/service-metrics.ts";
import { ProviderDirectory } from "./providers/provider-directory.ts";
import type { Services } from "./rpc/services.ts";
import { Journaling } from "./scheduler/journaling.ts";
import { PoolDirectory } from "./scheduler/pool-directory.ts";
import { queueParts } from "./scheduler/queue-bounds.ts";
import { RateFeedback } from "./scheduler/rate-feedback.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { TenantQuotas } from "./scheduler/tenant-quotas.ts";
import { SqliteLedger } from "./stores/sqlite/ledger.ts";
import { HEADER_PARSERS } from "./tracker/feedback/header-parsers.ts";

export interface AppOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  /** What the configuration was read from, to be compared with what {@link AppOptions.readConfig} finds later. */
  readonly tree: Tree;
  /** Reads the configuration again. */
  readonly readConfig: () => CheckedConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The service without its doors. */
export interface App {
  readonly services: Services;
  readonly metrics: ServiceMetrics;
  /**
   * Refuses who waits, and from now on whoever would have to: their calls have not started, and another server can take
   * them. Calls that run may end.
   */
  drain(): void;
  /** The same, and lets go of connections, timers and files. @throws {StopError} when something could not be kept */
  close(): Promise<void>;
}

/** Puts the service together: the only place that names concrete classes. @throws {StartError} with nothing left open */
export async function createApp(options: AppOptions): Promise<App> {
  const opened = new AsyncDisposableStack();
  try {
    return await compose(options, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** `opened` gets what must be closed when putting together fails half way. */
async function compose(options: AppOptions, opened: AsyncDisposableStack): Promise<App> {
  const { config, catalog, clock, random, logger } = options;
  const ledger = await openLedger(options, {
    beforeWrite: () => journaling?.commit(),
    onWritten: (entries) => journaling?.recorder.written(entries),
  });
  opened.defer(() => ledger.close());
  const refuseNew = (): Refusal | undefined => refuseWhenFull(ledger);
  const weights = new Map(config.tenants.map(({ name, weight }) => [name, weight]));
  const metrics = new ServiceMetrics(weights.keys(), {
    pools: () => usage.pools([], NOBODY),
    openLeases: () => scheduler.leases(),
    deployments: () => deployments.catalog.deployments.map((one) => reportDeployment(one, health)),
    budgets: () => budgets.reports(),
  });
  const store = await openJournal(options);
  opened.defer(() => store?.close());
  const journaling = store && new Journaling(store, clock, () => scheduler);
  const scheduler: Scheduler = new Scheduler({
    ...(journaling !== undefined && { listener: journaling.recorder }),
    clock,
    agingMs: config.scheduler.agingMs,
    maxQueue: config.scheduler.maxQueueLength,
    maxQueueOf: queueParts(config.scheduler.maxQueueLength, weights),
    maxQueuedTokens: config.scheduler.maxQueuedTokens,
    weightOf: (tenant) => weights.get(tenant) ?? 1,
    onExpiring: (lease) => {
      lease.row = slots.expiredRow(lease);
    },
    onExpired(lease) {
      logger.info({ slot_id: lease.id, deployment: lease.deployment }, "a slot expired unsettled");
      if (lease.row !== undefined) accounts.record(lease.row);
      lease.row = undefined;
    },
  });
  const pools = new PoolDirectory({ scheduler, config: config.scheduler, clock, catalog });
  const deployments = new Deployments(catalog, config.tenants);
  const prices = new PriceBook(config.budgets);
  const estimator = new TokenEstimator({ encodings: await loadEncodings(), random });
  const health = new DeploymentHealth(clock, (deployment, state) => {
    logger[state === "open" ? "warn" : "info"]({ deployment, breaker: state }, `a breaker is ${state}`);
  });
  const { timeZone } = config.budgets;
  const budgets = new BudgetBook({
    budgets: config.budgets,
    tenants: config.tenants,
    clock,
    onRoom() {
      for (const pool of pools.all()) pool.noteRoom(clock.monotonicMs());
    },
  });
  if (ledger instanceof SqliteLedger) await usable(() => ledger.recordMissing(journaling?.rows ?? []));
  await usable(() => restoreBudgets(budgets, ledger, { wallMs: clock.wallMs(), timeZone }));
  const providers = new ProviderDirectory((deployment, connection) =>
    createProvider(deployment, connection, clock),
  );
  const quotas = new TenantQuotas(config.tenants, clock);
  const scopesOf = (tenant: string) => quotas.of(tenant);
  let profiles = feedbackProfiles(catalog);
  const feedback = new RateFeedback({
    scheduler,
    clock,
    parserOf: (pool) => HEADER_PARSERS[profiles.get(pool.id) ?? "other"],
  });
  const shared = {
    clock,
    scheduler,
    pools,
    deployments,
    estimator,
    prices,
    budgets,
    ledger,
    feedback,
    health,
    refuseNew,
  };
  const live = new LiveConfig({
    config,
    catalog,
    onChange(changed) {
      deployments.setCatalog(changed);
      prices.clear();
      profiles = feedbackProfiles(changed);
      pools.setCatalog(changed);
    },
  });
  const resets = new UsageResets(clock);
  const alerts = await usable(() => startAlerts({ ...options, ledger, budgets, deployments, health }));
  opened.defer(() => alerts.close());
  const accounts: LedgerSink = {
    record(entry) {
      ledger.record(entry);
      alerts.record(entry);
      metrics.calls.record(entry);
    },
  };

  const slots = new SlotService({
    ...shared,
    ledger: accounts,
    budgets: budgets.isEmpty ? undefined : budgets,
    config: config.scheduler,
    scopesOf,
  });
  // What comes back may expire at once, and an expired slot is written down by the service.
  const restored = journaling?.restore({
    scheduler,
    pools,
    quotas,
    budgetOf: (slot) => budgetOfSlot(slot, budgets, catalog),
  });
  if (restored !== undefined && (restored.openSlots > 0 || !restored.isClean)) {
    const { isClean, openSlots, droppedSlots } = restored;
    const fields = { orderly_stop: isClean, open_slots: openSlots, dropped_slots: droppedSlots };
    logger.info(fields, "went on from where the process before stopped");
  }
  const candidates = new CandidateList({
    ...shared,
    get config() {
      return live.config;
    },
    providerOf: (deployment) => providers.of(deployment),
    scopesOf,
  });
  const completer = new Completer({
    ...shared,
    ledger: accounts,
    random,
    get config() {
      return live.config;
    },
    candidates,
    tools: {
      ...shared,
      guardMs: config.scheduler.guardMs,
      capturesContent: config.telemetry.captureContent,
    },
    turns: countUp(),
  });
  const layers = await addLayers({
    ...options,
    completer,
    candidates,
    estimator,
    ledger: accounts,
    live,
  });
  const usage = new UsageService({
    ...shared,
    resets,
    get providers() {
      return live.config.providers;
    },
    hasTenants: config.tenants.length > 0,
  });
  const refresh = refreshPrices(config.prices, { book: prices, clock, logger });
  return {
    metrics,
    services: {
      completion: layers.completion,
      batches: layers.batches,
      slots,
      usage,
      models: new ModelService(shared),
      estimates: new EstimateService(shared),
      admin: new AdminService({
        live,
        pools,
        resets,
        alerts,
        tree: options.tree,
        readConfig: options.readConfig,
        reportPools: (models, caller) => usage.pools(models, caller),
      }),
    },
    drain: () => scheduler.drain(SHUTTING_DOWN),
    async close() {
      scheduler.close(SHUTTING_DOWN);
      await providers.close();
      await alerts.close();
      refresh?.close();
      budgets.close();
      await layers.close();
      try {
        await ledger.close();
      } finally {
        store?.close();
      }
    },
  };
}

const SHUTTING_DOWN = refuse(
  "SHUTTING_DOWN",
  "the server is shutting down, and the call has not started; try another server, or again later",
);

function countUp(): { next(): number } {
  let count = 0;
  return { next: () => count++ };
}
