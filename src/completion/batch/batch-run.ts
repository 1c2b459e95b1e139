import { context, trace } from "@opentelemetry/api";
import type { Call } from "../../core/call.ts";
import type { Clock, Timer } from "../../core/clock.ts";
import { type Refusal, refuse } from "../../core/refusal.ts";
import { digest } from "../cache/digest.ts";
import { lastEvent, onlyEnd } from "../cache/last-event.ts";
import type { SharedAnswers } from "../cache/shared-answers.ts";
import type { CompleteCommand } from "../complete-request.ts";
import type { CompleteResult } from "../complete-result.ts";
import type { Completion } from "../completion.ts";
import { isLate } from "../deadline.ts";
import { refuseLeft } from "../refuse-failed.ts";
import type { BatchCommand, BatchEvent } from "./batch-command.ts";

/** Requests in progress at the same time where the caller names no number. */
const DEFAULT_CONCURRENCY = 32;
const PROGRESS_EVERY_MS = 1_000;
/** How long a request of a batch waits for its turn when it does not say: batches have time. */
const MAX_WAIT_MS = 86_400_000;

const tracer = trace.getTracer("headway");

/** What batches are answered with. */
export interface BatchTools {
  readonly clock: Clock;
  /** Answers each request. */
  readonly completion: Completion;
  /** Keeps the results of batches that may be resumed. */
  readonly results: SharedAnswers;
}

export interface BatchRunOptions extends BatchTools {
  readonly batch: BatchCommand;
  readonly call: Call;
  /** Aborts when no more requests are to be begun. */
  readonly draining: AbortSignal;
  /** Resolves when the consumer has read the event and wants more, or has left. */
  readonly tell: (event: BatchEvent) => Promise<void>;
}

/** One batch from its beginning to its end. */
export class BatchRun {
  readonly #options: BatchRunOptions;
  readonly #parent = context.active();
  #nextIndex = 0;
  #runningCount = 0;
  #succeededCount = 0;
  #failedCount = 0;
  #progressTimer: Timer | undefined;

  constructor(options: BatchRunOptions) {
    this.#options = options;
  }

  /** Why it ended before every request had its result. Undefined: every one has. */
  async run(): Promise<Refusal | undefined> {
    const { batch, call } = this.#options;
    const { maxConcurrency = DEFAULT_CONCURRENCY, size } = batch;
    this.#tellProgress();
    const workers = Array.from({ length: Math.min(maxConcurrency, size) }, () => this.#work());
    try {
      await Promise.all(workers);
    } finally {
      this.#progressTimer?.cancel();
      this.#progressTimer = undefined;
    }
    if (call.signal.aborted) return refuseLeft([], isLate(call, this.#options.clock));
    return this.#succeededCount + this.#failedCount < size ? this.#refuseDraining() : undefined;
  }

  /** Answers one request after the other, each when the result of the one before has been read. */
  async #work(): Promise<void> {
    const { batch, call, draining, tell } = this.#options;
    while (this.#nextIndex < batch.size && !call.signal.aborted && !draining.aborted) {
      const index = this.#nextIndex++;
      this.#runningCount++;
      const outcome = await this.#answer(index);
      this.#runningCount--;
      if (call.signal.aborted) return;
      if ("kind" in outcome) this.#failedCount++;
      else this.#succeededCount++;
      await tell({ kind: "result", index, outcome });
    }
  }

  async #answer(index: number): Promise<CompleteResult | Refusal> {
    const read = this.#options.batch.read(index);
    if ("kind" in read) return read;
    const maxWaitMs = read.maxWaitMs ?? (read.preset === undefined ? MAX_WAIT_MS : undefined);
    const command: CompleteCommand = { ...read, maxWaitMs };
    const span = tracer.startSpan("item", { attributes: { "headway.batch_index": index } }, this.#parent);
    try {
      return await context.with(trace.setSpan(this.#parent, span), () => this.#complete(index, command));
    } finally {
      span.end();
    }
  }

  #complete(index: number, command: CompleteCommand): Promise<CompleteResult | Refusal> {
    const { batch, call, completion, results } = this.#options;
    if (batch.requestId === undefined) return completion.complete(command, call);
    const content = { ...command, requestId: undefined };
    const key = digest(["batch", call.caller.tenant, batch.requestId, index, content]);
    const lead = (own: Call) => onlyEnd(completion.complete(command, own));
    return lastEvent(results.events({ key, flightKey: key, command, call, lead }));
  }

  /** Says how far it is, and again every second unless the one before has not been read. */
  #tellProgress(): void {
    const { batch, clock, tell } = this.#options;
    const told = tell({
      kind: "progress",
      totalCount: batch.size,
      succeededCount: this.#succeededCount,
      failedCount: this.#failedCount,
      runningCount: this.#runningCount,
    });
    const again = clock.after(PROGRESS_EVERY_MS, () => {
      void told.then(() => {
        if (this.#progressTimer === again) this.#tellProgress();
      });
    });
    this.#progressTimer = again;
  }

  #refuseDraining(): Refusal {
    const { batch } = this.#options;
    const next =
      batch.requestId === undefined
        ? "send those without a result to another one"
        : "send the batch again with the same request_id to go on";
    return refuse("SHUTTING_DOWN", `the server is shutting down; ${next}`);
  }
}
