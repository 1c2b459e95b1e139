import type { Call } from "../../core/call.ts";
import type { Clock } from "../../core/clock.ts";
import type { SharedAnswers } from "../cache/shared-answers.ts";
import type { Completion } from "../completion.ts";
import { streamWork } from "../stream-work.ts";
import type { BatchCommand, BatchEvent } from "./batch-command.ts";
import { BatchRun } from "./batch-run.ts";

export interface BatchServiceOptions {
  readonly clock: Clock;
  /** Answers each request. */
  readonly completion: Completion;
  /** Keeps the results of batches that may be resumed. */
  readonly results: SharedAnswers;
}

/** Answers batches. */
export class BatchService {
  readonly #options: BatchServiceOptions;

  constructor(options: BatchServiceOptions) {
    this.#options = options;
  }

  /**
   * Answers the requests of a batch, each as if it came alone. A consumer that does not read holds back those that have
   * not begun; one that leaves ends all. When `draining` aborts no more are begun.
   */
  run(batch: BatchCommand, call: Call, draining: AbortSignal): AsyncIterable<BatchEvent> {
    return streamWork(call, (ownCall, tell) =>
      new BatchRun({ ...this.#options, batch, call: ownCall, draining, tell }).run(),
    );
  }
}
