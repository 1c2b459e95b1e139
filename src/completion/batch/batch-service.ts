import type { Call } from "../../core/call.ts";
import type { Clock } from "../../core/clock.ts";
import { Handoff } from "../../core/handoff.ts";
import type { SharedAnswers } from "../cache/shared-answers.ts";
import type { Completion } from "../completion.ts";
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
    const left = new AbortController();
    const handoff = new Handoff<BatchEvent>(() => left.abort());
    const signal = AbortSignal.any([call.signal, left.signal]);
    const ownCall: Call = { caller: call.caller, deadlineMs: call.deadlineMs, signal };
    const tell = (event: BatchEvent): Promise<void> => handoff.push(event);
    new BatchRun({ ...this.#options, batch, call: ownCall, draining, tell }).run().then(
      (refusal) => {
        if (refusal !== undefined) void handoff.push(refusal);
        handoff.close();
      },
      (error: unknown) => {
        left.abort();
        handoff.fail(error);
      },
    );
    return handoff;
  }
}
