import type { Cost } from "../../core/cost.ts";
import type { LedgerUsage } from "../ledger.ts";

/** By what totals are split. `tag`: each key and value; `tag:…`: the values of one key. Days and hours are UTC. */
export type UsageDimension = "model" | "provider" | "tenant" | "tag" | "day" | "hour" | `tag:${string}`;

/** Which usage is asked for. */
export interface UsageQuery {
  /** `provider/model`s in which `*` stands for any text; `openai/*` is all of a provider. Empty: all. */
  readonly models: readonly string[];
  /** Undefined: all. */
  readonly tenant: string | undefined;
  /** Wall time, inclusive. Undefined: from the beginning. */
  readonly startWallMs: number | undefined;
  /** Wall time, exclusive. Undefined: until now. */
  readonly endWallMs: number | undefined;
  /** Each at most once. Empty: no groups. */
  readonly groupBy: readonly UsageDimension[];
  /**
   * Groups that are of use. Where there are more, the answer has more than that, and neither they nor the totals are
   * whole: the rest need not be read. Undefined: all.
   */
  readonly maxGroupCount?: number | undefined;
}

/** Requests added up: each Complete and each settled or expired slot is one. */
export interface UsageTotals {
  /** Those that failed or were refused, cancelled or expired included. */
  readonly requests: number;
  /** Answered by the first candidate; an answer from the cache is by none. */
  readonly primaryRequests: number;
  /** Answered by another candidate. */
  readonly fallbackRequests: number;
  /** Waits for a limit's window or a provider's hold: of a request with two such waits, both count. */
  readonly rateLimitWaits: number;
  /** Moves to another candidate because of a 429 or of too long a wait. */
  readonly rateLimitFallbacks: number;
  /** Waits for whatever cause. */
  readonly scheduledWaits: number;
  /** Refused because the wait was or became too long. */
  readonly waitTimeouts: number;
  /** Failed or refused, for whatever reason. */
  readonly errors: number;
  readonly cacheHits: number;
  /** Of all attempts and slots. A kind of token that none of them reported is undefined. */
  readonly usage: LedgerUsage;
  /** Of the calls whose price is known. Undefined: no call's is. */
  readonly cost: Cost | undefined;
  /** From the start of the call to its end, over answered requests. Undefined: none was measured. */
  readonly averageLatencyMs: number | undefined;
  /** Answered requests of all requests, 0 to 1. Undefined: there are none. */
  readonly successRate: number | undefined;
}

/** The totals of one group. */
export interface UsageGroup {
  /** Its place in each dimension, as `{model: "openai/gpt-4o-mini", day: "2026-11-22"}`. */
  readonly key: Readonly<Record<string, string>>;
  readonly totals: UsageTotals;
}

/** The answer to a {@link UsageQuery}. */
export interface UsageSummary {
  readonly totals: UsageTotals;
  /** In the order of their keys; those without any row are left out. */
  readonly groups: readonly UsageGroup[];
}
