import type { Refusal } from "../../core/refusal.ts";
import type { CompleteCommand } from "../complete-request.ts";
import type { CompleteResult } from "../complete-result.ts";

/** The most requests of one batch. */
export const MAX_BATCH_SIZE = 10_000;

/** Many requests that are answered together. */
export interface BatchCommand {
  /** How many requests there are, 1 to {@link MAX_BATCH_SIZE}. */
  readonly size: number;
  /** Reads one of them, by its index from 0, when its turn has come; or says what is wrong with it. */
  readonly read: (index: number) => CompleteCommand | Refusal;
  /** The caller's name for the batch. Undefined: it cannot be resumed. */
  readonly requestId: string | undefined;
  /** Most requests in progress at the same time, 1 or more. Undefined: the default. */
  readonly maxConcurrency: number | undefined;
}

/** How far a batch has come. */
export interface BatchProgress {
  readonly kind: "progress";
  readonly totalCount: number;
  readonly succeededCount: number;
  /** Refused or failed. */
  readonly failedCount: number;
  /** Begun and not ended. */
  readonly runningCount: number;
}

/** What happens while a batch is answered. A refusal ends it; else it ends when every request has its result. */
export type BatchEvent =
  | {
      readonly kind: "result";
      readonly index: number;
      readonly outcome: CompleteResult | Refusal;
    }
  | BatchProgress
  | Refusal;
