import type { Limit } from "../core/limit.ts";

/** One limit as users see it, in the unit of its metric. */
export interface LimitReport {
  /** As declared, or with a lower amount that the provider's headers said. */
  readonly limit: Limit;
  /** What is used of it: the amount less the safety margin. */
  readonly cap: number;
  /** By calls that are settled, expired, or were made elsewhere. */
  readonly used: number;
  /** By calls that are granted and not yet settled. */
  readonly reserved: number;
  /** The cap less both, and at least 0. */
  readonly remaining: number;
  /** Wall time at which all that is counted now has left. Undefined: nothing is counted, or there is no window. */
  readonly resetWallMs: number | undefined;
  /** Undefined: the limit's amount is the declared one. */
  readonly declaredAmount: number | undefined;
  /** The largest part of the amount that any window held; 0 to 1, above 1 when the limit was broken. */
  readonly maxUtilization: number;
}

/** What went otherwise than promised; all 0 when every condition is kept. */
export interface PoolCounters {
  readonly leaked429Count: number;
  readonly useByMissedCount: number;
  readonly estimateExceededCount: number;
  readonly foreignUsageCount: number;
}

/** Limits counted together, as they stand now. */
export interface PoolReport {
  readonly name: string;
  /** Models that use it, as `openai/gpt-4o-mini`. */
  readonly models: readonly string[];
  readonly deployments: readonly string[];
  readonly limits: readonly LimitReport[];
  /** Requests waiting. */
  readonly queueLength: number;
  /** Wait of a small request of normal priority that came now, in milliseconds. */
  readonly predictedWaitMs: number;
  /** Undefined: nothing is known yet. */
  readonly likelyWaitMs: number | undefined;
  /** Wall time before which nothing starts. Undefined: the provider did not ask to wait. */
  readonly holdUntilWallMs: number | undefined;
  readonly counters: PoolCounters;
}
