import type { Call } from "../../core/call.ts";
import { streamWork } from "../stream-work.ts";
import type { BatchCommand, BatchEvent } from "./batch-command.ts";
import { BatchRun, type BatchTools } from "./batch-run.ts";

/** Answers batches. */
export class BatchService {
  readonly #tools: BatchTools;

  constructor(tools: BatchTools) {
    this.#tools = tools;
  }

  /**
   * Answers the requests of a batch, each as if it came alone. A consumer that does not read holds back those that have
   * not begun; one that leaves ends all. When `draining` aborts no more are begun.
   */
  run(batch: BatchCommand, call: Call, draining: AbortSignal): AsyncIterable<BatchEvent> {
    return streamWork(call, (ownCall, tell) =>
      new BatchRun({ ...this.#tools, batch, call: ownCall, draining, tell }).run(),
    );
  }
}
