import type { Catalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { seededRandom } from "../core/random.ts";
import { PriceBook } from "../cost/price/price-book.ts";
import { type Encodings, TokenEstimator } from "../cost/tokens/token-estimator.ts";
import { PoolDirectory } from "../scheduler/pool-directory.ts";
import { queueParts } from "../scheduler/queue-bounds.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import { TenantQuotas } from "../scheduler/tenant-quotas.ts";
import type { SimulationReport } from "./report.ts";
import { RunRecorder } from "./run-recorder.ts";
import { StreamRun } from "./stream-run.ts";
import type { Targets } from "./target.ts";
import type { Workload } from "./workload/workload.ts";

/** How finely a run is plotted and its use averaged. */
const BUCKET_COUNT = 180;

export interface SimulationOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly workload: Workload;
  readonly targets: Targets;
  /** Wall time at which the run begins, in milliseconds since the Unix epoch. */
  readonly startWallMs: number;
  readonly encodings: Encodings;
}

/**
 * Runs the scheduler as it serves on a virtual clock under the traffic of a workload, until the last call has ended.
 * The same options give the same report.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { config, catalog, workload, targets, encodings } = options;
  const clock = new ManualClock({ wallMs: options.startWallMs });
  const scheduler = createScheduler(config, workload, clock);
  const pools = new PoolDirectory({ scheduler, config: config.scheduler, clock, catalog });
  const recorder = new RunRecorder({
    workload,
    targets,
    pools,
    bucketCount: BUCKET_COUNT,
    maxWaitMs: config.scheduler.maxWaitMs,
  });
  const shared = {
    clock,
    config,
    scheduler,
    pools,
    recorder,
    quotas: new TenantQuotas(config.tenants, clock),
    estimator: new TokenEstimator({ encodings, random: seededRandom(workload.seed) }),
    prices: new PriceBook({ assumedPrice: config.budgets.assumedPrice }),
  };
  const runs = workload.streams.map(
    (stream) => new StreamRun({ ...shared, workload, stream, targets: targets.get(stream.name) ?? [] }),
  );
  for (const run of runs) run.begin();
  sampleEach(clock, workload.durationMs / BUCKET_COUNT, BUCKET_COUNT, (index) => {
    recorder.sample(index, clock.monotonicMs());
  });
  await playOut(clock, () => runs.every(({ isOver }) => isOver));
  clock.advanceTo(Math.max(workload.durationMs, clock.monotonicMs()));
  return recorder.report({ startWallMs: options.startWallMs, nowMs: clock.monotonicMs() });
}

function createScheduler(config: Config, workload: Workload, clock: ManualClock): Scheduler {
  const weights = new Map(config.tenants.map(({ name, weight }) => [name, weight]));
  for (const { name, weight } of workload.tenants) if (weight !== undefined) weights.set(name, weight);
  return new Scheduler({
    clock,
    agingMs: config.scheduler.agingMs,
    maxQueue: config.scheduler.maxQueueLength,
    maxQueueOf: queueParts(config.scheduler.maxQueueLength, weights),
    maxQueuedTokens: config.scheduler.maxQueuedTokens,
    weightOf: (tenant) => weights.get(tenant) ?? 1,
    onExpired: () => {},
  });
}

function sampleEach(
  clock: ManualClock,
  periodMs: number,
  count: number,
  sample: (index: number) => void,
): void {
  const sampleAt = (index: number): void => {
    if (index === count) return;
    // A little before the end, so that a day that ends with the run is seen full and not as the next one, empty.
    clock.after((index + 1) * periodMs - 1 - clock.monotonicMs(), () => {
      sample(index);
      sampleAt(index + 1);
    });
  };
  sampleAt(0);
}

/** Moves the clock from timer to timer until all is over. After each one, whoever was granted a start goes on. */
async function playOut(clock: ManualClock, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const nextMs = clock.nextTimerMs();
    if (nextMs === undefined) throw new Error("requests wait, and nothing is going to start them");
    clock.advanceTo(nextMs);
    await undefined;
  }
}
