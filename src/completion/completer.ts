import { context } from "@opentelemetry/api";
import type { Call } from "../core/call.ts";
import type { Refusal } from "../core/refusal.ts";
import { type CompleteEvent, endEvent } from "./complete-event.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { CompleteResult } from "./complete-result.ts";
import { CompleteRun } from "./complete-run.ts";
import type { CompleterOptions } from "./completer-options.ts";
import type { Completion } from "./completion.ts";
import { sinkTo } from "./event-sink.ts";
import { type CompletePlan, describePlan, type PlannedComplete, planComplete } from "./plan-complete.ts";
import { streamWork } from "./stream-work.ts";
import { withDefaults } from "./with-defaults.ts";

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
