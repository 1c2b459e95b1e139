import type { Amounts } from "../core/limit.ts";
import { amountOf, INPUT_TOKENS, OUTPUT_TOKENS, TOKENS } from "./column.ts";
import type { ByColumn, LimitCounters } from "./limit-counters.ts";
import type { OpenCalls } from "./open-calls.ts";

const NOTHING: ByColumn = new Float64Array(4);

/**
 * Counts all open calls as ended at `nowMs` with the part `kept` of their estimates. `heldOpen` is what of `reserved`
 * has not been counted yet, since the provider does so at a call's end.
 */
export function endOpenCalls(
  counters: LimitCounters,
  nowMs: number,
  reserved: Amounts,
  heldOpen: ByColumn,
  kept: number,
): void {
  for (const column of [TOKENS, INPUT_TOKENS, OUTPUT_TOKENS] as const) {
    counters.refundNewest(column, amountOf(reserved, column) - heldOpen[column]!, kept);
  }
  const [, tokens = 0, inputTokens = 0, outputTokens = 0] = heldOpen;
  if (tokens > 0 || inputTokens > 0 || outputTokens > 0) {
    counters.append(nowMs, 0, tokens * kept, inputTokens * kept, outputTokens * kept);
  }
}

/** The places of a limit of concurrency, as they are expected to become free. */
class ExpectedPlaces {
  readonly #cap: number;
  readonly #durationMs: number;
  /** When the calls that hold a place end, in order; those before `#head` have ended. */
  readonly #endsMs: number[];
  #head = 0;

  constructor(openCalls: OpenCalls, nowMs: number) {
    this.#cap = openCalls.cap;
    this.#durationMs = openCalls.usualDurationMs ?? 0;
    this.#endsMs = openCalls.expectedEndsMs(nowMs);
  }

  /** When so many calls together find places; Infinity when there are not as many. */
  earliestMs(fromMs: number, calls: number): number {
    while (this.#head < this.#endsMs.length && this.#endsMs[this.#head]! <= fromMs) this.#head++;
    const mustEnd = this.#endsMs.length - this.#head + calls - this.#cap;
    if (mustEnd <= 0) return fromMs;
    return this.#endsMs[this.#head + mustEnd - 1] ?? Number.POSITIVE_INFINITY;
  }

  assume(startMs: number): void {
    this.#endsMs.push(startMs + this.#durationMs);
  }
}

/**
 * A copy of a pool on which its future is played: calls start one after the other, soon count the part of their estimate
 * that is expected, and hold their place as long as calls usually do.
 */
export class LookAhead {
  readonly #counters: LimitCounters;
  readonly #holdUntilMs: number;
  readonly #kept: number;
  /** Undefined: as many calls as come may run at a time. */
  readonly #places: ExpectedPlaces | undefined;

  /** `counters` is a copy in which open calls have ended; `kept` is the part of an estimate that stays charged, 0 to 1. */
  constructor(options: {
    counters: LimitCounters;
    openCalls: OpenCalls;
    nowMs: number;
    holdUntilMs: number;
    kept: number;
  }) {
    this.#counters = options.counters;
    this.#holdUntilMs = options.holdUntilMs;
    this.#kept = options.kept;
    const isLimited = options.openCalls.cap !== Number.POSITIVE_INFINITY;
    this.#places = isLimited ? new ExpectedPlaces(options.openCalls, options.nowMs) : undefined;
  }

  /**
   * The first instant from `notBeforeMs` on at which a call may start. `fromMs`, at or before it, must not fall: what has
   * left by then is forgotten.
   */
  earliestMs(fromMs: number, amounts: Amounts, notBeforeMs = fromMs): number {
    const placeMs = this.#places?.earliestMs(fromMs, amounts.requests) ?? fromMs;
    const freeMs = Math.max(placeMs, notBeforeMs, this.#holdUntilMs);
    return this.#counters.earliestMs(fromMs, freeMs, amounts, NOTHING, false);
  }

  /** Counts a call that starts at `startMs`. */
  assume(startMs: number, { requests, totalTokens, inputTokens, outputTokens }: Amounts): void {
    const kept = this.#kept;
    this.#counters.append(startMs, requests, totalTokens * kept, inputTokens * kept, outputTokens * kept);
    this.#places?.assume(startMs);
  }
}
