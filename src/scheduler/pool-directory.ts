import type { Catalog, Deployment, Pool } from "../catalog/catalog.ts";
import type { SchedulerConfig } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import type { PoolRules } from "../tracker/pool-rules.ts";
import { PoolUsage } from "../tracker/pool-usage.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { Scheduler } from "./scheduler.ts";

/** The scheduler's pools by the catalog's names: made when first asked for, and told of changed limits. */
export class PoolDirectory {
  readonly #scheduler: Scheduler;
  readonly #config: SchedulerConfig;
  readonly #clock: Clock;
  #catalog: Catalog;
  readonly #pools = new Map<string, PoolQueue>();

  constructor(options: { scheduler: Scheduler; config: SchedulerConfig; clock: Clock; catalog: Catalog }) {
    this.#scheduler = options.scheduler;
    this.#config = options.config;
    this.#clock = options.clock;
    this.#catalog = options.catalog;
    for (const pool of options.catalog.pools) this.#add(pool);
  }

  /** All pools, those of the catalog first. */
  all(): IterableIterator<PoolQueue> {
    return this.#pools.values();
  }

  /** A pool by its id. Undefined: the catalog has none of that name. */
  find(id: string): PoolQueue | undefined {
    const pool = this.#catalog.pool(id);
    return this.#pools.get(id) ?? (pool && this.#add(pool));
  }

  /** The pool that a deployment is counted in. */
  of(deployment: Deployment): PoolQueue {
    const known = this.#pools.get(deployment.pool);
    if (known !== undefined) return known;
    const pool = this.#catalog.pool(deployment.pool);
    if (pool === undefined) throw new Error(`the catalog has no pool ${deployment.pool}`);
    return this.#add(pool);
  }

  /** Puts another catalog's limits in force at once; running calls and what is counted stay. */
  setCatalog(catalog: Catalog): void {
    this.#catalog = catalog;
    const nowMs = this.#clock.monotonicMs();
    const offered = new Set(catalog.deployments.filter((one) => one.offered).map(({ pool }) => pool));
    for (const pool of catalog.pools) {
      const queue = this.#pools.get(pool.id);
      if (queue === undefined) this.#add(pool);
      // What the tier no longer has brings no limits: those who wait for it go by the old ones, and not by none.
      else if (pool.deployments.length === 0 || offered.has(pool.id)) {
        queue.usage.setRules(nowMs, rulesOf(pool, this.#config));
        queue.notePushedBack(nowMs);
      }
    }
  }

  #add(pool: Pool): PoolQueue {
    const usage = new PoolUsage(rulesOf(pool, this.#config), this.#clock.monotonicMs(), (monotonicMs) => {
      return monotonicMs + this.#clock.wallMs() - this.#clock.monotonicMs();
    });
    const queue = this.#scheduler.addPool(pool.id, usage);
    this.#pools.set(pool.id, queue);
    return queue;
  }
}

/** What a pool of the catalog is held to under a configuration. */
export function rulesOf(
  pool: Pick<Pool, "limits" | "chargeAt" | "refund">,
  config: SchedulerConfig,
): PoolRules {
  const { spacing } = config;
  return {
    limits: pool.limits,
    safetyMargin: config.safetyMargin,
    tokenMarginPercent: config.tokenMarginPercent,
    guardMs: config.guardMs,
    spacing: spacing.kind === "burst" ? { burst: spacing.count } : spacing.kind,
    chargeAt: pool.chargeAt,
    refund: pool.refund,
  };
}
