import type { Config } from "../../config/config.ts";
import type { Call } from "../../core/call.ts";
import type { Refusal } from "../../core/refusal.ts";
import type { CandidateList } from "../candidate-list.ts";
import type { CompleteEvent } from "../complete-event.ts";
import type { CompleteCommand } from "../complete-request.ts";
import type { CompleteResult } from "../complete-result.ts";
import type { Completion } from "../completion.ts";
import type { PlannedComplete } from "../plan-complete.ts";
import { settingsOf } from "../settings.ts";
import { withDefaults } from "../with-defaults.ts";
import { cacheKey } from "./cache-key.ts";
import { lastEvent, onlyEnd } from "./last-event.ts";
import type { SharedAnswers, SharedRequest } from "./shared-answers.ts";

export interface CachingCompletionOptions {
  readonly config: Config;
  readonly candidates: CandidateList;
  readonly answers: SharedAnswers;
  /** Answers what is not kept. */
  readonly inner: Completion;
}

/** Answers identical requests of a tenant once. Only those at temperature 0, or whose caller asks for it. */
export class CachingCompletion implements Completion {
  readonly #options: CachingCompletionOptions;

  constructor(options: CachingCompletionOptions) {
    this.#options = options;
  }

  async complete(command: CompleteCommand, call: Call): Promise<CompleteResult | Refusal> {
    const { answers, inner } = this.#options;
    const keys = this.#keysOf(command, call);
    if (keys === undefined) return inner.complete(command, call);
    const lead = (own: Call) => onlyEnd(inner.complete(command, own));
    return lastEvent(answers.events({ ...keys, command, call, lead }));
  }

  plan(command: CompleteCommand, call: Call): PlannedComplete {
    return this.#options.inner.plan(command, call);
  }

  stream(command: CompleteCommand, call: Call): AsyncIterable<CompleteEvent> {
    const { answers, inner } = this.#options;
    const keys = this.#keysOf(command, call);
    if (keys === undefined) return inner.stream(command, call);
    return answers.events({ ...keys, command, call, lead: (own) => inner.stream(command, own) });
  }

  /**
   * Undefined: the request is answered anew, or refused by who would answer it. Work is shared only by those that are as
   * urgent and as patient: else a request that must not wait would stand in the queue with a batch.
   */
  #keysOf(command: CompleteCommand, call: Call): Pick<SharedRequest, "key" | "flightKey"> | undefined {
    if (command.cacheMode === "bypass") return undefined;
    const { candidates, config } = this.#options;
    const request = withDefaults(command.request, config.defaults);
    if (command.cacheMode !== "use" && request.temperature !== 0) return undefined;
    const settings = settingsOf(command, config);
    if (settings.kind === "refused") return undefined;
    const considered = candidates.consider(command, settings, call.caller);
    if (considered.kind === "refused") return undefined;
    const key = cacheKey({ tenant: call.caller.tenant, command, request, settings, considered });
    return { key, flightKey: `${key} ${command.priority} ${settings.maxWaitMs}` };
  }
}
