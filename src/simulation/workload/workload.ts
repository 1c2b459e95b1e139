import type { Priority } from "../../core/priority.ts";

/** Traffic to simulate: checked, with every default filled in. */
export interface Workload {
  /** How long requests arrive, in milliseconds; above 0. */
  readonly durationMs: number;
  /** The same seed gives the same requests at the same moments. */
  readonly seed: number;
  /** At least one. */
  readonly tenants: readonly WorkloadTenant[];
  /** At least one. */
  readonly streams: readonly Stream[];
}

/** Who sends requests. */
export interface WorkloadTenant {
  readonly name: string;
  /** Its part of a busy pool, relative to the others. Undefined: as the config says, or 1. */
  readonly weight: number | undefined;
  /** Its part of the requests, relative to the others; at least 0. */
  readonly share: number;
}

/** Requests of one kind. They arrive at random, independent of each other (a Poisson process). */
export interface Stream {
  readonly name: string;
  /** In order of preference: the first that can start in time is taken. At least one. */
  readonly models: readonly string[];
  /** Mean number of requests a millisecond; above 0. */
  readonly ratePerMs: number;
  readonly inputTokens: TokenSize;
  /** What the answers really take, whatever is reserved. */
  readonly outputTokens: TokenSize;
  /** What each request reserves, and at which its answer is cut. Undefined: as learned from earlier answers. */
  readonly maxOutputTokens: number | undefined;
  /** The only sender. Undefined: all tenants by their shares. */
  readonly tenant: string | undefined;
  /** At least one with a share above 0. */
  readonly priorities: readonly { readonly priority: Priority; readonly share: number }[];
  /** Undefined: as the config says. */
  readonly maxWaitMs: number | undefined;
  readonly latency: Latency;
  /** When its first requests may arrive, in milliseconds from the start. */
  readonly fromMs: number;
  /** When no more arrive; above `fromMs`, at most the workload's duration. */
  readonly untilMs: number;
}

/** Numbers of tokens by a log-normal distribution, always whole and at least 1. */
export interface TokenSize {
  readonly median: number;
  /** Two of three lie between median / spread and median × spread. 1: all are the median. */
  readonly spread: number;
}

/** How long a call takes. */
export interface Latency {
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
}

/** How long a call with so many output tokens takes, in milliseconds. */
export function callDurationMs({ firstTokenMs, tokensPerSecond }: Latency, outputTokens: number): number {
  return firstTokenMs + (outputTokens / tokensPerSecond) * 1000;
}
