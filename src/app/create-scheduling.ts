import type { Catalog } from "../catalog/catalog.ts";
import { feedbackProfiles } from "../completion/feedback-profile.ts";
import { refuse } from "../core/refusal.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { Lease } from "../scheduler/lease.ts";
import { PoolDirectory } from "../scheduler/pool-directory.ts";
import { queueParts } from "../scheduler/queue-bounds.ts";
import { RateFeedback } from "../scheduler/rate-feedback.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import type { Scope } from "../scheduler/scope.ts";
import type { SlotListener } from "../scheduler/slot-listener.ts";
import { TenantQuotas } from "../scheduler/tenant-quotas.ts";
import { HEADER_PARSERS } from "../tracker/feedback/header-parsers.ts";
import type { AppOptions } from "./app-options.ts";

/** When calls may start, and what that hangs on. */
export interface Scheduling {
  readonly scheduler: Scheduler;
  readonly pools: PoolDirectory;
  readonly quotas: TenantQuotas;
  /** What a tenant's calls are counted in besides their pools. */
  readonly scopesOf: (tenant: string) => readonly Scope[];
  readonly feedback: RateFeedback;
  /** Puts another catalog's limits in force. */
  readonly setLimits: (catalog: Catalog) => void;
  /** Refuses who waits, and from now on whoever would have to. */
  readonly drain: () => void;
}

/** Who is told of what happens to slots. */
export interface SlotWatch {
  /** Keeps what is charged. Undefined: nothing is kept. */
  readonly listener: SlotListener | undefined;
  /** The ledger's row of a slot of which nothing was heard in time. */
  readonly expiredRow: (lease: Lease) => LedgerEntry | undefined;
  /** Takes that row. */
  readonly record: (row: LedgerEntry) => void;
}

const SHUTTING_DOWN = refuse(
  "SHUTTING_DOWN",
  "the server is shutting down, and the call has not started; try another server, or again later",
);

/** Makes the scheduler with the pools of the catalog and the quotas of the tenants. */
export function createScheduling(
  options: AppOptions,
  opened: AsyncDisposableStack,
  watch: SlotWatch,
): Scheduling {
  const { catalog, clock, config } = options;
  const scheduler = createScheduler(options, watch);
  opened.defer(() => scheduler.close(SHUTTING_DOWN));
  const pools = new PoolDirectory({ scheduler, config: config.scheduler, clock, catalog });
  const quotas = new TenantQuotas(config.tenants, clock);
  let profiles = feedbackProfiles(catalog);
  const feedback = new RateFeedback({
    scheduler,
    clock,
    parserOf: (pool) => HEADER_PARSERS[profiles.get(pool.id) ?? "other"],
  });
  return {
    scheduler,
    pools,
    quotas,
    scopesOf: (tenant) => quotas.of(tenant),
    feedback,
    setLimits(changed) {
      profiles = feedbackProfiles(changed);
      pools.setCatalog(changed);
    },
    drain: () => scheduler.drain(SHUTTING_DOWN),
  };
}

function createScheduler({ clock, config, logger }: AppOptions, watch: SlotWatch): Scheduler {
  const { agingMs, maxQueueLength, maxQueuedTokens } = config.scheduler;
  const weights = new Map(config.tenants.map(({ name, weight }) => [name, weight]));
  return new Scheduler({
    ...(watch.listener !== undefined && { listener: watch.listener }),
    clock,
    agingMs,
    maxQueue: maxQueueLength,
    maxQueueOf: queueParts(maxQueueLength, weights),
    maxQueuedTokens,
    weightOf: (tenant) => weights.get(tenant) ?? 1,
    expiredRow: watch.expiredRow,
    onExpired(lease, row) {
      logger.info({ slot_id: lease.id, deployment: lease.deployment }, "a slot expired unsettled");
      if (row !== undefined) watch.record(row);
    },
  });
}
