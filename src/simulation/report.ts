import type { Limit } from "../core/limit.ts";
import type { RefusalReason } from "../core/refusal.ts";

/** What came of a simulated run. Times are virtual. */
export interface SimulationReport {
  /** Tiers of the deployments that could be used, as `tier1`; several joined by ` + `. */
  readonly tier: string;
  readonly seed: number;
  /** How long requests arrived, in milliseconds. */
  readonly durationMs: number;
  /** Wall time of the start, in milliseconds since the Unix epoch: matters for calendar days and dated prices. */
  readonly startWallMs: number;
  readonly total: GroupReport;
  /** Those that the workload names, in its order. A refused request counts at its first model. */
  readonly models: readonly ModelReport[];
  readonly tenants: readonly TenantReport[];
  /** Only those that occurred, the most urgent first. */
  readonly priorities: readonly GroupReport[];
  readonly pools: readonly PoolRun[];
}

/** What became of a group of requests. */
export interface GroupReport {
  readonly name: string;
  /** Those that arrived: started and refused. */
  readonly requests: number;
  readonly started: number;
  /** Only reasons that occurred. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  /** Of those that started, the ones that started at once included. Undefined: none did. */
  readonly waits: WaitReport | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A tenant's part of a run. */
export interface TenantReport extends GroupReport {
  /** Requests that found no room in the tenant's own limits when they arrived. */
  readonly heldBack: number;
}

/** Waits in milliseconds: so many of 100 requests waited no longer. */
export interface WaitReport {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A model's part of a run. */
export interface ModelReport extends GroupReport {
  /** In 10⁻⁹ US dollars. Undefined: its price is not known. */
  readonly costNanoUsd: bigint | undefined;
  /** Of all pools in which its calls are counted. */
  readonly limits: readonly LimitReport[];
  /** The limit that held back most requests. Undefined: none held back any. */
  readonly bindingLimit: BindingLimit | undefined;
  /**
   * Calls that took more tokens than were reserved for them, in all pools in which its calls are counted: they alone
   * can carry a token limit beyond its cap.
   */
  readonly estimateExceeded: number;
}

/** A limit that stood in the way. */
export interface BindingLimit {
  readonly pool: string;
  readonly limit: Limit;
  /** Requests of its pool that found no room in it when they arrived, also if another model took them. */
  readonly heldBack: number;
}

/** How a limit was used in a run. */
export interface LimitReport {
  readonly pool: string;
  readonly limit: Limit;
  /** What is used of the amount. */
  readonly cap: number;
  /**
   * Mean part of the cap that was taken, 0 to 1, once the first window had passed; 1 is the most that can be had, cap
   * in each window and guard. Where the run has fewer than two windows: the part taken at its end.
   */
  readonly utilization: number;
  /** The largest part of the cap that was ever taken. */
  readonly peakUtilization: number;
  /** Only for windows longer than the run: when the cap would be used up if it went on so. Undefined: never. */
  readonly usedUpAfterMs: number | undefined;
}

/** What happened in a pool over time, for a plot. */
export interface PoolRun {
  readonly pool: string;
  /** The longest wait that any of its requests accepts, in milliseconds. */
  readonly maxWaitMs: number;
  /** What its windows count besides their own length, in milliseconds. */
  readonly guardMs: number;
  readonly bucketMs: number;
  /** One after the other, from the start to the end of the arrivals. */
  readonly buckets: readonly PoolBucket[];
  /** What is plotted: the binding limit of the pool, or else the one that was used most. Undefined: it has none. */
  readonly limit: LimitReport | undefined;
}

/** A short time in a pool. */
export interface PoolBucket {
  /** Middle of the bucket in milliseconds from the start. */
  readonly atMs: number;
  /** Requests that came, were refused, and started in it. */
  readonly arrived: number;
  readonly refused: number;
  readonly started: number;
  /** Waits of those that started in it. Undefined: none did. */
  readonly waits: WaitReport | undefined;
  /** What the plotted limit counted at its end, in the limit's unit. */
  readonly counted: number;
  /** Requests that waited at its end. */
  readonly queueLength: number;
}
