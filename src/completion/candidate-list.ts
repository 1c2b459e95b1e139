import type { Deployment, Model } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import type { Call, Caller } from "../core/call.ts";
import type { ChatRequest } from "../core/chat.ts";
import type { Clock } from "../core/clock.ts";
import { callAmounts } from "../core/limit.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { BudgetBook } from "../cost/budget/budget-book.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import { type Selection, selectModels, type UsableModel } from "../fallback/selection/select-models.ts";
import type { CandidateOrigin } from "../fallback/snapshot.ts";
import type { Provider } from "../providers/provider.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import type { Scope } from "../scheduler/scope.ts";
import { priceOf } from "./accounting.ts";
import { CallBudget } from "./call-budget.ts";
import type { Candidate } from "./candidate.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { Deployments } from "./deployments.ts";
import { labelled } from "./labels.ts";
import type { Settings } from "./settings.ts";

export interface CandidateListOptions {
  readonly clock: Clock;
  readonly config: Config;
  readonly deployments: Deployments;
  readonly pools: PoolDirectory;
  readonly estimator: TokenEstimator;
  readonly prices: PriceBook;
  readonly budgets: BudgetBook;
  readonly providerOf: (deployment: Deployment) => Provider | undefined;
  readonly scopesOf: (tenant: string) => readonly Scope[];
}

/** The candidates of a request, and the experiments that it takes part in. */
export interface Candidates {
  readonly kind: "candidates";
  /** Not empty. */
  readonly list: readonly Candidate[];
  readonly arms: Selection["arms"];
  /** What usage and budgets of the request are labelled with: the caller's tags, and the arms of experiments. */
  readonly labels: CompleteCommand["tags"];
}

/** A deployment that may answer a request. */
export interface ConsideredDeployment {
  readonly model: Model;
  readonly deployment: Deployment;
  /** Place of the model in the list it comes from, from 0. */
  readonly rank: number;
  readonly origin: CandidateOrigin;
}

/** The deployments that may answer a request. */
export interface Considered {
  readonly kind: "considered";
  /** Not empty. */
  readonly list: readonly ConsideredDeployment[];
  readonly arms: Selection["arms"];
}

/** Finds what a request may be answered by: every deployment of every model that it or the configuration names. */
export class CandidateList {
  readonly #options: CandidateListOptions;

  constructor(options: CandidateListOptions) {
    this.#options = options;
  }

  /**
   * The candidates in the order in which they are named, each deployment once. A model that the request itself names
   * must exist and be allowed; others that do not or are not are left out.
   */
  of(command: CompleteCommand, settings: Settings, request: ChatRequest, call: Call): Candidates | Refusal {
    const considered = this.consider(command, settings, call.caller);
    if (considered.kind === "refused") return considered;
    const { arms } = considered;
    const labels = labelled(command.tags, arms);
    const labelledCommand = { ...command, tags: labels };
    const list = considered.list.map((one) => this.#candidate(labelledCommand, request, call, one));
    return { kind: "candidates", list, arms, labels };
  }

  /** The deployments of {@link of}, without what the request would take of them. */
  consider(command: CompleteCommand, settings: Settings, caller: Caller): Considered | Refusal {
    const selection = this.#select(command, settings, caller);
    const list: ConsideredDeployment[] = [];
    const seen = new Set<string>();
    let refusal: Refusal | undefined;
    for (const [rank, { id, origin }] of selection.models.entries()) {
      const found = this.#options.deployments.find(id, caller);
      if (found.kind === "refused") {
        if (origin.kind === "requested") return found;
        refusal ??= found;
        continue;
      }
      for (const deployment of found.deployments) {
        if (seen.has(deployment.id)) continue;
        seen.add(deployment.id);
        list.push({ model: found.model, deployment, rank, origin });
      }
    }
    if (list.length > 0) return { kind: "considered", list, arms: selection.arms };
    return refusal ?? refuseUnnamed();
  }

  #select(command: CompleteCommand, { preset }: Settings, caller: Caller): Selection {
    const { model, fallbackModels, quality, taskType, requestId, tags } = command;
    const { routing } = this.#options.config;
    const { defaultModel } = this.#options.deployments.catalog;
    const { taskModels, experiments } = routing;
    const usable = model === undefined ? this.#usableModels(caller) : [];
    return selectModels(
      { model, fallbackModels, quality, preset, requestId, tags, taskType },
      { defaultModel, fallbackModels: routing.fallbackModels, taskModels, experiments },
      usable,
    );
  }

  #usableModels(caller: Caller): UsableModel[] {
    const { deployments } = this.#options;
    const usable = new Set(
      deployments.catalog.deployments
        .filter(({ configured, enabled, offered }) => configured && enabled && offered)
        .map(({ model }) => model),
    );
    return deployments.catalog.models.filter(({ id }) => usable.has(id) && deployments.allows(caller, id));
  }

  #candidate(
    command: CompleteCommand,
    request: ChatRequest,
    call: Call,
    { model, deployment, rank, origin }: ConsideredDeployment,
  ): Candidate {
    const { budgets, clock, estimator, pools, prices, providerOf, scopesOf } = this.#options;
    const { tenant } = call.caller;
    const estimate = estimator.estimate(request, model, { tenant, taskType: command.taskType ?? "" });
    const price = priceOf(prices, model, deployment);
    const amounts = callAmounts(estimate.reservedInputTokens, estimate.outputTokens);
    const series = { tenant, provider: deployment.provider, model: model.id, tags: command.tags };
    const budget = new CallBudget(budgets, clock, { series, price, amounts });
    return {
      deployment,
      model,
      providerConfig: this.#options.config.providers.find(({ name }) => name === deployment.provider)!,
      provider: providerOf(deployment),
      price,
      estimate,
      budget,
      option: {
        deployment: deployment.id,
        pool: pools.of(deployment),
        amounts,
        scopes: budget.scopes(scopesOf(tenant)),
      },
      rank,
      origin,
    };
  }
}

function refuseUnnamed(): Refusal {
  return refuse("INVALID_REQUEST", "name a model: there is no default model, since no provider is on", {
    fieldViolations: [{ field: "model", description: "is required, since there is no default model" }],
  });
}
