import type { WaitCause } from "../core/limit.ts";
import { PRIORITIES } from "../core/priority.ts";
import type { RefusalReason } from "../core/refusal.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import type { PoolQueue } from "../scheduler/pool-queue.ts";
import type { Arrival } from "./arrivals.ts";
import { GroupTallies, type GroupTally } from "./group-tally.ts";
import { PoolRecorder } from "./pool-recorder.ts";
import type { BindingLimit, LimitReport, ModelReport, SimulationReport } from "./report.ts";
import type { Target, Targets } from "./target.ts";
import type { Workload } from "./workload/workload.ts";

const TOTAL = "total";

interface RunRecorderOptions {
  readonly workload: Workload;
  readonly targets: Targets;
  readonly pools: PoolDirectory;
  readonly bucketCount: number;
  /** Longest wait of requests that name none, in milliseconds. */
  readonly maxWaitMs: number;
}

/** Writes down what happens in a run, and makes its report. */
export class RunRecorder {
  readonly #options: RunRecorderOptions;
  readonly #targets: readonly Target[];
  readonly #pools = new Map<PoolQueue, PoolRecorder>();
  readonly #total = new GroupTallies();
  readonly #models = new GroupTallies();
  readonly #tenants = new GroupTallies();
  readonly #priorities = new GroupTallies();
  readonly #fullTenants = new Map<string, number>();
  readonly #costs = new Map<string, bigint>();
  readonly #unpriced = new Set<string>();

  constructor(options: RunRecorderOptions) {
    const { workload, targets, pools, bucketCount } = options;
    this.#options = options;
    this.#targets = [...targets.values()].flat();
    for (const { deployment } of this.#targets) {
      const pool = pools.of(deployment);
      if (this.#pools.has(pool)) continue;
      this.#pools.set(pool, new PoolRecorder(pool, workload.durationMs, bucketCount));
    }
  }

  noteArrival(pool: PoolQueue, nowMs: number): void {
    this.#pools.get(pool)?.noteArrival(nowMs);
  }

  /** Says that a request could not start in a pool when it arrived, and why. */
  noteHeldBack(pool: PoolQueue, causes: readonly WaitCause[]): void {
    this.#pools.get(pool)?.noteHeldBack(causes);
  }

  /** Says that a request found no room in its tenant's own limits when it arrived. */
  noteTenantFull(tenant: string): void {
    this.#fullTenants.set(tenant, (this.#fullTenants.get(tenant) ?? 0) + 1);
  }

  noteStart(start: { arrival: Arrival; lease: Lease; model: string; nowMs: number }): void {
    const { arrival, lease, model, nowMs } = start;
    for (const tally of this.#talliesOf(arrival, model)) tally.addStart(lease.wait.waitedMs);
    this.#pools.get(lease.pool)?.noteStart(nowMs, lease.wait.waitedMs);
  }

  /** `model` and `pool` are the first that the request asked for. */
  noteRefusal(refused: {
    arrival: Arrival;
    reason: RefusalReason;
    model: string;
    pool: PoolQueue;
    nowMs: number;
  }): void {
    const { arrival, reason, model, pool, nowMs } = refused;
    for (const tally of this.#talliesOf(arrival, model)) tally.addRefusal(reason);
    this.#pools.get(pool)?.noteRefusal(nowMs);
  }

  noteUsage(used: {
    arrival: Arrival;
    model: string;
    inputTokens: number;
    outputTokens: number;
    costNanoUsd: bigint | undefined;
  }): void {
    const { arrival, model, inputTokens, outputTokens, costNanoUsd } = used;
    for (const tally of this.#talliesOf(arrival, model)) tally.addUsage(inputTokens, outputTokens);
    if (costNanoUsd === undefined) this.#unpriced.add(model);
    else this.#costs.set(model, (this.#costs.get(model) ?? 0n) + costNanoUsd);
  }

  /** Reads all pools at the end of the bucket of this index. */
  sample(index: number, nowMs: number): void {
    for (const recorder of this.#pools.values()) recorder.sample(index, nowMs);
  }

  report({ startWallMs, nowMs }: { readonly startWallMs: number; readonly nowMs: number }): SimulationReport {
    const { workload } = this.#options;
    const limits = new Map([...this.#pools].map(([pool, recorder]) => [pool, recorder.limits(nowMs)]));
    const names = new Set(workload.streams.flatMap(({ tenant }) => tenant ?? []));
    for (const { name } of workload.tenants) names.add(name);
    return {
      tier: tierOf(this.#targets),
      seed: workload.seed,
      durationMs: workload.durationMs,
      startWallMs,
      total: this.#total.of(TOTAL).report(TOTAL),
      models: [...new Set(this.#targets.map(({ model }) => model.id))].map((model) =>
        this.#modelReport(model, limits),
      ),
      tenants: this.#tenants
        .reports([...names])
        .map((tenant) => ({ ...tenant, heldBack: this.#fullTenants.get(tenant.name) ?? 0 })),
      priorities: this.#priorities.reports(PRIORITIES),
      pools: [...this.#pools].map(([pool, recorder]) =>
        recorder.run(limits.get(pool)!, this.#longestWaitMs(pool)),
      ),
    };
  }

  #longestWaitMs(pool: PoolQueue): number {
    const { workload, targets, pools, maxWaitMs } = this.#options;
    const streams = workload.streams.filter(({ name }) =>
      targets.get(name)?.some(({ deployment }) => pools.of(deployment) === pool),
    );
    return Math.max(...streams.map((stream) => stream.maxWaitMs ?? maxWaitMs));
  }

  #modelReport(model: string, limits: ReadonlyMap<PoolQueue, readonly LimitReport[]>): ModelReport {
    const own = this.#targets.filter((target) => target.model.id === model);
    const pools = [...new Set(own.map(({ deployment }) => this.#options.pools.of(deployment)))];
    const bindings = pools.map((pool) => this.#pools.get(pool)!.bindingLimit(limits.get(pool)!));
    return {
      ...this.#models.of(model).report(model),
      costNanoUsd: this.#unpriced.has(model) ? undefined : (this.#costs.get(model) ?? 0n),
      limits: pools.flatMap((pool) => limits.get(pool)!),
      bindingLimit: bindings
        .filter((binding): binding is BindingLimit => binding !== undefined)
        .toSorted((left, right) => right.heldBack - left.heldBack)[0],
      estimateExceeded: pools.reduce((sum, { counters }) => sum + counters.estimateExceeded, 0),
    };
  }

  #talliesOf({ tenant, priority }: Arrival, model: string): readonly GroupTally[] {
    return [
      this.#total.of(TOTAL),
      this.#models.of(model),
      this.#tenants.of(tenant),
      this.#priorities.of(priority),
    ];
  }
}

/** The tiers that decide limits: those of built-in models, or of all where none is. */
function tierOf(targets: readonly Target[]): string {
  const builtIn = targets.filter(({ model }) => model.tierLimits !== undefined);
  const tiers = (builtIn.length > 0 ? builtIn : targets).map(({ deployment }) => deployment.tier);
  return [...new Set(tiers)].join(" + ");
}
