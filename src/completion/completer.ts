import { context } from "@opentelemetry/api";
import type { Config } from "../config/config.ts";
import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import type { Refusal } from "../core/refusal.ts";
import type { LedgerSink } from "../cost/ledger.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { AttemptTools } from "./attempt.ts";
import type { CandidateList } from "./candidate-list.ts";
import { type CompleteEvent, endEvent, type QueuedEvent } from "./complete-event.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { CompleteResult } from "./complete-result.ts";
import { CompleteRun } from "./complete-run.ts";
import type { Completion } from "./completion.ts";
import { type CompletePlan, describePlan, type PlannedComplete, planComplete } from "./plan-complete.ts";
import type { StreamSink } from "./receive-stream.ts";
import { streamWork } from "./stream-work.ts";
import { withDefaults } from "./with-defaults.ts";

/** Counts requests, for strategies that go in turns. */
export interface Turns {
  next(): number;
}

export interface CompleterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: Config;
  readonly scheduler: Scheduler;
  readonly candidates: CandidateList;
  readonly ledger: LedgerSink;
  /** Why no new work is taken. Undefined: it is. */
  readonly refuseNew: () => Refusal | undefined;
  readonly tools: AttemptTools;
  readonly turns: Turns;
}

/** Where a streamed Complete tells what happens. */
export interface EventSink extends StreamSink {
  queued(queued: Omit<QueuedEvent, "kind">): void;
}

/**
 * Answers requests by calling providers. Of a request whose context strategy is `chunk` it is asked only after another
 * one has been put in its place.
 */
export class Completer implements Completion {
  readonly #options: CompleterOptions;

  constructor(options: CompleterOptions) {
    this.#options = options;
  }

  complete(command: CompleteCommand, call: Call): Promise<CompleteResult | Refusal> {
    return new CompleteRun(this.#options, command, call, undefined).run();
  }

  /** What {@link complete} would do now; reserves nothing. */
  plan(command: CompleteCommand, call: Call): PlannedComplete {
    return describePlan(this.planInside(command, call, false));
  }

  /** The same with all that a call would need. */
  planInside(command: CompleteCommand, call: Call, isStreamed: boolean): CompletePlan | Refusal {
    const request = withDefaults(command.request, this.#options.config.defaults);
    const question = { command, call, request, isStreamed, parent: context.active() };
    return planComplete(question, this.#options);
  }

  /** The same with everything that happens on the way; a consumer that leaves early ends the work. */
  stream(command: CompleteCommand, call: Call): AsyncIterable<CompleteEvent> {
    return streamWork(call, async (ownCall, tell) =>
      endEvent(await new CompleteRun(this.#options, command, ownCall, sinkTo(tell)).run()),
    );
  }
}

/** Turns what happens into events. */
function sinkTo(tell: (event: CompleteEvent) => Promise<void>): EventSink {
  return {
    queued: (queued) => void tell({ kind: "queued", ...queued }),
    attemptStarted: ({ candidate, cause, number }) =>
      void tell({
        kind: "attempt_started",
        attemptNumber: number,
        model: candidate.model.id,
        deployment: candidate.deployment.id,
        cause,
      }),
    delta: (text) => tell({ kind: "delta", text }),
    toolCall: (toolCall) => tell({ kind: "tool_call", toolCall }),
  };
}
