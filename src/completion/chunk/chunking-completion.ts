import type { Config } from "../../config/config.ts";
import type { Call } from "../../core/call.ts";
import type { Refusal } from "../../core/refusal.ts";
import { appliesTo } from "../../cost/budget/budget-rule.ts";
import { requestBounds } from "../../cost/budget/request-bound.ts";
import type { Candidate } from "../candidate.ts";
import { type CompleteEvent, endEvent } from "../complete-event.ts";
import type { CompleteCommand } from "../complete-request.ts";
import type { CompleteResult } from "../complete-result.ts";
import type { Completer } from "../completer.ts";
import type { Completion } from "../completion.ts";
import type { PlannedComplete } from "../plan-complete.ts";
import { settingsOf } from "../settings.ts";
import { streamWork } from "../stream-work.ts";
import { withDefaults } from "../with-defaults.ts";
import { ChunkRun, type ChunkTools } from "./chunk-run.ts";

export interface ChunkingCompletionOptions extends ChunkTools {
  readonly config: Config;
  /** Answers what is asked whole, and each part of what is not. */
  readonly inner: Completer;
}

/** A request is asked whole, or in parts of the size that a candidate can hold. */
type HowToAsk =
  | { readonly kind: "whole"; readonly command: CompleteCommand }
  | { readonly kind: "chunks"; readonly candidate: Candidate };

/** Asks a request in parts whose context strategy says so, when the first choice cannot hold it. */
export class ChunkingCompletion implements Completion {
  readonly #options: ChunkingCompletionOptions;

  constructor(options: ChunkingCompletionOptions) {
    this.#options = options;
  }

  async complete(command: CompleteCommand, call: Call): Promise<CompleteResult | Refusal> {
    const { inner } = this.#options;
    const how = this.#howToAsk(command, call, false);
    if (how.kind === "whole") return inner.complete(how.command, call);
    return this.#makeRun(how.candidate, command, call, undefined).run();
  }

  plan(command: CompleteCommand, call: Call): PlannedComplete {
    return this.#options.inner.plan(command, call);
  }

  stream(command: CompleteCommand, call: Call): AsyncIterable<CompleteEvent> {
    const { inner } = this.#options;
    const how = this.#howToAsk(command, call, true);
    if (how.kind === "whole") return inner.stream(how.command, call);
    return streamWork(call, async (ownCall, tell) =>
      endEvent(await this.#makeRun(how.candidate, command, ownCall, tell).run()),
    );
  }

  #howToAsk(command: CompleteCommand, call: Call, isStreamed: boolean): HowToAsk {
    const { config, inner } = this.#options;
    const settings = settingsOf(command, config);
    if (settings.kind === "refused" || settings.contextStrategy !== "chunk")
      return { kind: "whole", command };
    const plan = inner.planInside(command, call, isStreamed);
    // Whoever would call it says why it cannot.
    if (plan.kind === "refused" || plan.refusal !== undefined) return { kind: "whole", command };
    const { candidate: first, fit } = plan.route.trial[0]!;
    if (fit !== "chunk") return { kind: "whole", command: asWhole(command) };
    const candidate = plan.candidates.list.find(({ deployment }) => deployment.id === first.deploymentId)!;
    return { kind: "chunks", candidate };
  }

  #makeRun(
    candidate: Candidate,
    command: CompleteCommand,
    call: Call,
    tell: ((event: CompleteEvent) => Promise<void>) | undefined,
  ): ChunkRun {
    const { config } = this.#options;
    const { deployment, model } = candidate;
    const { tenant } = call.caller;
    const series = { tenant, provider: deployment.provider, model: model.id, tags: command.tags };
    const bounds = requestBounds(config.budgets, config.tenants)
      .filter(({ selector }) => appliesTo(selector, series))
      .map(({ amountNanoUsd }) => amountNanoUsd);
    const all = command.maxCostNanoUsd === undefined ? bounds : [...bounds, command.maxCostNanoUsd];
    return new ChunkRun({
      ...this.#options,
      candidate,
      command: asWhole(command),
      request: withDefaults(command.request, config.defaults),
      call,
      maxCostNanoUsd: all.reduce<bigint | undefined>(lesser, undefined),
      tell,
    });
  }
}

/** A request that goes to candidates that can hold it: one of which the first can, or a part. */
function asWhole(command: CompleteCommand): CompleteCommand {
  return { ...command, contextStrategy: "fallback" };
}

function lesser(left: bigint | undefined, right: bigint): bigint {
  return left === undefined || right < left ? right : left;
}
