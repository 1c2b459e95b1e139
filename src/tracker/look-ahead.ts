import type { Amounts } from "../core/limit.ts";
import { INPUT_TOKENS, OUTPUT_TOKENS, TOKENS } from "./column.ts";
import type { ByColumn, LimitCounters } from "./limit-counters.ts";

const NOTHING: ByColumn = new Float64Array(4);

/**
 * Counts all open calls as ended at `nowMs` with the part `kept` of their estimates. `heldOpen` is what of `reserved`
 * has not been counted yet, since the provider does so at a call's end.
 */
export function endOpenCalls(
  counters: LimitCounters,
  nowMs: number,
  reserved: ByColumn,
  heldOpen: ByColumn,
  kept: number,
): void {
  for (const column of [TOKENS, INPUT_TOKENS, OUTPUT_TOKENS] as const) {
    counters.refundNewest(column, reserved[column]! - heldOpen[column]!, kept);
  }
  const [, tokens = 0, inputTokens = 0, outputTokens = 0] = heldOpen;
  if (tokens > 0 || inputTokens > 0 || outputTokens > 0) {
    counters.append(nowMs, 0, tokens * kept, inputTokens * kept, outputTokens * kept);
  }
}

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
