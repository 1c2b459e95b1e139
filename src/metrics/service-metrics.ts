import { Counter, Registry } from "prom-client";
import type { DeploymentReport } from "../completion/usage-report.ts";
import type { BudgetReport } from "../cost/budget/budget-report.ts";
import type { LedgerSink } from "../cost/ledger.ts";
import type { PoolReport } from "../scheduler/pool-report.ts";
import { addBreakerMetrics } from "./breaker-metrics.ts";
import { addBudgetMetrics } from "./budget-metrics.ts";
import { CallMetrics } from "./call-metrics.ts";
import { toOpenMetrics } from "./open-metrics.ts";
import { addPoolMetrics, type PoolSource } from "./pool-metrics.ts";
import { addProcessMetrics } from "./process-metrics.ts";

/** What is read when somebody scrapes. */
export interface MetricsSource extends PoolSource {
  readonly deployments: () => readonly DeploymentReport[];
  readonly budgets: () => readonly BudgetReport[];
}

/** All metrics as they stand now. */
export interface Scrape {
  /** Value of the header `Content-Type`. */
  readonly contentType: string;
  readonly text: string;
}

const OPEN_METRICS = "application/openmetrics-text";

/** The metrics of the service. Calls and refusals are counted as they end; all else is read when somebody scrapes. */
export class ServiceMetrics {
  /** Where calls are counted. */
  readonly calls: LedgerSink;
  readonly #registry = new Registry();
  readonly #refusals: Counter;
  readonly #source: MetricsSource;
  /** The pools as this scrape sees them: to read them plays their queues, which should happen once. */
  #pools: readonly PoolReport[] = [];

  /** `tenants` are the names of those that are configured. */
  constructor(tenants: Iterable<string>, source: MetricsSource) {
    this.calls = new CallMetrics(this.#registry, tenants);
    this.#refusals = new Counter({
      name: "headway_refusals_total",
      help: "Requests that were refused, those within streams and batches included.",
      labelNames: ["method", "reason"],
      registers: [this.#registry],
    });
    this.#source = source;
    addPoolMetrics(this.#registry, { pools: () => this.#pools, openLeases: source.openLeases });
    addBreakerMetrics(this.#registry, source.deployments);
    addBudgetMetrics(this.#registry, source.budgets);
    addProcessMetrics(this.#registry);
  }

  /** `method` as `AcquireSlot`, `reason` as of the refusal. */
  noteRefusal(method: string, reason: string): void {
    this.#refusals.inc({ method, reason });
  }

  /** All metrics in the Prometheus text format, or as OpenMetrics where the header `Accept` has it. */
  async scrape(accept: string | undefined): Promise<Scrape> {
    this.#pools = this.#source.pools();
    const text = await this.#registry.metrics();
    if (accept?.includes(OPEN_METRICS) !== true) return { contentType: this.#registry.contentType, text };
    return { contentType: Registry.OPENMETRICS_CONTENT_TYPE, text: toOpenMetrics(text) };
  }
}
