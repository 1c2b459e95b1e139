import type { Amounts } from "../core/limit.ts";
import type { ByColumn, LimitCounters } from "./limit-counters.ts";

const NOTHING: ByColumn = new Float64Array(4);

/**
 * A copy of a pool on which its future is played: calls start one after the other, and end soon after with the part
 * of their estimate that is expected. Knows no concurrency, since nobody knows when calls end.
 */
export class LookAhead {
  readonly #counters: LimitCounters;
  readonly #holdUntilMs: number;
  readonly #kept: number;

  /** `kept` is the part of its estimate that stays charged after a call, from 0 to 1. */
  constructor(counters: LimitCounters, holdUntilMs: number, kept: number) {
    this.#counters = counters;
    this.#holdUntilMs = holdUntilMs;
    this.#kept = kept;
  }

  /** The first instant from `fromMs` on at which a call may start; `fromMs` must not fall. */
  earliestMs(fromMs: number, amounts: Amounts): number {
    return this.#counters.earliestMs(fromMs, Math.max(fromMs, this.#holdUntilMs), amounts, NOTHING, false);
  }

  /** Counts a call that starts at `startMs`. */
  assume(startMs: number, { requests, totalTokens, inputTokens, outputTokens }: Amounts): void {
    const kept = this.#kept;
    this.#counters.append(startMs, requests, totalTokens * kept, inputTokens * kept, outputTokens * kept);
  }
}
