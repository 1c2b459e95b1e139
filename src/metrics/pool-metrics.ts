import type { Registry } from "prom-client";
import type { Limit } from "../core/limit.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { LimitReport, PoolCounters, PoolReport } from "../scheduler/pool-report.ts";
import { addCounter, addGauge, type LiveSample } from "./live-metrics.ts";

/** What is read of the pools. */
export interface PoolSource {
  /** As they stand now. */
  readonly pools: () => readonly PoolReport[];
  /** Slots and calls that are open. */
  readonly openLeases: () => Iterable<Pick<Lease, "pool">>;
}

const POOL = ["pool"];
const LIMIT = ["pool", "metric", "window"];

/** Adds what limits hold, who waits, and what went otherwise than promised. */
export function addPoolMetrics(registry: Registry, source: PoolSource): void {
  const ofLimits = (name: string, help: string, measure: (limit: LimitReport) => number) =>
    addGauge(registry, { name, help, labelNames: LIMIT, read: () => limitSamples(source.pools(), measure) });
  const samples = (measure: (pool: PoolReport) => number | undefined) =>
    source.pools().map((pool) => ({ labels: { pool: pool.name }, value: measure(pool) }));
  const ofPools = (name: string, help: string, measure: (pool: PoolReport) => number | undefined) =>
    addGauge(registry, { name, help, labelNames: POOL, read: () => samples(measure) });
  const counted = (name: string, help: string, counter: keyof PoolCounters) =>
    addCounter(registry, {
      name,
      help,
      labelNames: POOL,
      read: () => samples(({ counters }) => counters[counter]),
    });

  ofLimits(
    "headway_pool_limit_cap",
    "What is used of a limit: its amount less the margin.",
    ({ cap }) => cap,
  );
  ofLimits("headway_pool_limit_used", "Used of a limit by calls that have ended.", ({ used }) => used);
  ofLimits("headway_pool_limit_reserved", "Used of a limit by calls that are open.", (one) => one.reserved);
  ofPools("headway_queue_length", "Requests that wait.", ({ queueLength }) => queueLength);
  ofPools("headway_predicted_wait_seconds", "Wait of a small request that came now, at worst.", (pool) =>
    seconds(pool.predictedWaitMs),
  );
  ofPools("headway_likely_wait_seconds", "The same, if calls end as they usually do.", (pool) =>
    seconds(pool.likelyWaitMs),
  );
  addGauge(registry, {
    name: "headway_open_slots",
    help: "Slots and calls that are open.",
    labelNames: POOL,
    read: () => openSlotSamples(source),
  });
  counted("headway_provider_rate_limited_total", "Calls to which a provider said 429.", "leaked429Count");
  counted(
    "headway_use_by_missed_total",
    "Calls that were not made in time for their slot.",
    "useByMissedCount",
  );
  counted(
    "headway_estimate_exceeded_total",
    "Calls that used more than was reserved.",
    "estimateExceededCount",
  );
  counted("headway_foreign_usage_total", "Answers that told of use by others.", "foreignUsageCount");
}

function limitSamples(pools: readonly PoolReport[], measure: (limit: LimitReport) => number): LiveSample[] {
  return pools.flatMap((pool) =>
    pool.limits.map((report) => ({
      labels: { pool: pool.name, metric: report.limit.metric, window: windowOf(report.limit) },
      value: measure(report),
    })),
  );
}

function openSlotSamples(source: PoolSource): LiveSample[] {
  const counts = new Map(source.pools().map(({ name }) => [name, 0]));
  for (const { pool } of source.openLeases()) {
    counts.set(pool.id, (counts.get(pool.id) ?? 0) + 1);
  }
  return [...counts].map(([pool, value]) => ({ labels: { pool }, value }));
}

/** As `60s`; `calendar_day`; empty for `concurrent`. */
function windowOf({ calendarTimeZone, windowMs }: Limit): string {
  if (calendarTimeZone !== undefined) return "calendar_day";
  return windowMs === 0 ? "" : `${windowMs / 1_000}s`;
}

function seconds(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : durationMs / 1_000;
}
