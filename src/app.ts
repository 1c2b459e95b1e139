import type { AppOptions } from "./app/app-options.ts";
import { createCompletion } from "./app/create-completion.ts";
import { createMetrics } from "./app/create-metrics.ts";
import { createMoney } from "./app/create-money.ts";
import { createScheduling, type Scheduling } from "./app/create-scheduling.ts";
import { createUpstream } from "./app/create-upstream.ts";
import { openStorage } from "./app/open-storage.ts";
import type { Parts } from "./app/parts.ts";
import { refreshPrices } from "./app/refresh-prices.ts";
import { restoreSlots } from "./app/restore-slots.ts";
import { startAlerts } from "./app/start-alerts.ts";
import { whyUnready } from "./app/why-unready.ts";
import { AdminService } from "./completion/admin-service.ts";
import { EstimateService } from "./completion/estimate-service.ts";
import { LiveConfig } from "./completion/live-config.ts";
import { ModelService } from "./completion/model-service.ts";
import { SlotService } from "./completion/slot-service.ts";
import { UsageResets } from "./completion/usage-resets.ts";
import { UsageService } from "./completion/usage-service.ts";
import type { LedgerSink } from "./cost/ledger.ts";
import type { ServiceMetrics } from "./metrics/service-metrics.ts";
import type { Services } from "./rpc/services.ts";

/** The service without its doors. */
export interface App {
  readonly services: Services;
  readonly metrics: ServiceMetrics;
  /** Why new calls had better go to another server, for people. Undefined: they are taken. */
  unready(): string | undefined;
  /**
   * Refuses who waits, and from now on whoever would have to: their calls have not started, and another server can take
   * them. Calls that run may end.
   */
  drain(): void;
  /**
   * The same, and lets go of connections, timers and files; calls of providers that still run have `graceMs` to end
   * (default 0). @throws {StopError} when something could not be kept
   */
  close(graceMs?: number): Promise<void>;
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

/** `opened` gets what must be closed at the end, which comes early when putting together fails half way. */
async function compose(options: AppOptions, opened: AsyncDisposableStack): Promise<App> {
  // What stands behind an arrow is made further down, and asked for only when all is there.
  const storage = await openStorage(options, opened, () => scheduling.scheduler);
  const scheduling: Scheduling = createScheduling(options, opened, {
    listener: storage.journaling?.recorder,
    expiredRow: (lease) => slots.expiredRow(lease),
    record: (row) => accounts.record(row),
  });
  const money = await createMoney(options, opened, { ...storage, ...scheduling });
  const upstream = createUpstream(options);
  const parts: Parts = { ...options, ...storage, ...scheduling, ...money, ...upstream };

  const live = keepLive(parts);
  const resets = new UsageResets(parts.clock);
  const usage = createUsage(parts, live, resets);
  const metrics = createMetrics(parts, usage);
  const alerts = await startAlerts(parts, opened);
  const accounts: LedgerSink = {
    record(entry) {
      parts.ledger.record(entry);
      alerts.record(entry);
      metrics.calls.record(entry);
    },
  };

  const slots = createSlots(parts, accounts);
  restoreSlots(parts);
  const { completion, batches } = await createCompletion(parts, opened, { accounts, live });
  refreshPrices(parts, opened);
  const models = new ModelService(parts);
  const estimates = new EstimateService(parts);
  const reportPools: UsageService["pools"] = (patterns, caller) => usage.pools(patterns, caller);
  const admin = new AdminService({ ...parts, live, resets, alerts, reportPools });

  return {
    metrics,
    services: { completion, batches, slots, usage, models, estimates, admin },
    unready: () => whyUnready(parts),
    drain: parts.drain,
    async close(graceMs = 0) {
      parts.drain();
      await parts.providers.close(graceMs);
      await opened.disposeAsync();
    },
  };
}

/** The configuration in force; the parts are told when it changes. */
function keepLive({ catalog, config, deployments, prices, providers, setLimits }: Parts): LiveConfig {
  return new LiveConfig({
    config,
    catalog,
    onChange(changed) {
      deployments.setCatalog(changed);
      prices.clear();
      setLimits(changed);
      providers.setCatalog(changed);
    },
  });
}

function createSlots(parts: Parts, accounts: LedgerSink): SlotService {
  const { budgets, config } = parts;
  return new SlotService({
    ...parts,
    ledger: accounts,
    budgets: budgets.isEmpty ? undefined : budgets,
    config: config.scheduler,
    onExceed: config.budgets.onExceed,
  });
}

function createUsage(parts: Parts, live: LiveConfig, resets: UsageResets): UsageService {
  return new UsageService({
    ...parts,
    resets,
    get providers() {
      return live.config.providers;
    },
    hasTenants: parts.config.tenants.length > 0,
  });
}
