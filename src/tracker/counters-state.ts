import type { Limit } from "../core/limit.ts";

/** What a long limit has counted. */
export type LongState =
  | {
      readonly kind: "bucketed";
      /** Monotonic time at which bucket 0 begins. */
      readonly originMs: number;
      /** The buckets that count, oldest first. */
      readonly buckets: readonly (readonly [bucket: number, amount: number, newestMs: number])[];
    }
  | {
      readonly kind: "calendar";
      readonly dayEndWallMs: number;
      readonly used: number;
      /** What the coming day has been charged in advance. */
      readonly usedNext: number;
      /** Undefined: the day began before the process. */
      readonly dayStartMs: number | undefined;
    };

/** What one declared limit has counted beside the events. */
export interface CounterState {
  readonly limit: Limit;
  readonly peak: number;
  readonly foreign: number;
  /** Undefined: nothing foreign counts. */
  readonly foreignUntilMs: number | undefined;
  /** Undefined for limits that are kept event by event. */
  readonly long: LongState | undefined;
}

/** All that the windows of a pool have counted; times are monotonic. */
export interface CountersState {
  /** Number of the first of `events`. */
  readonly firstEvent: number;
  /** Start, requests, tokens, input tokens and output tokens of each event held, oldest first. */
  readonly events: Float64Array;
  readonly counters: readonly CounterState[];
}
