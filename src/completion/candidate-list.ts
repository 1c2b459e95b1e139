import type { Deployment, Model } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import type { ProviderConfig } from "../config/provider-config.ts";
import type { Call } from "../core/call.ts";
import type { ChatRequest } from "../core/chat.ts";
import { callAmounts } from "../core/limit.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import type { CandidateOrigin } from "../fallback/snapshot.ts";
import type { Provider } from "../providers/provider.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import type { Scope } from "../scheduler/scope.ts";
import { priceOf } from "./accounting.ts";
import type { Candidate } from "./candidate.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { Deployments } from "./deployments.ts";

export interface CandidateListOptions {
  readonly config: Config;
  readonly deployments: Deployments;
  readonly pools: PoolDirectory;
  readonly estimator: TokenEstimator;
  readonly prices: PriceBook;
  readonly providerOf: (deployment: Deployment) => Provider | undefined;
  readonly scopesOf: (tenant: string) => readonly Scope[];
}

interface NamedModel {
  readonly name: string;
  readonly origin: CandidateOrigin;
}

/** Finds what a request may be answered by: every deployment of every model that it or the configuration names. */
export class CandidateList {
  readonly #options: CandidateListOptions;
  readonly #providers: ReadonlyMap<string, ProviderConfig>;

  constructor(options: CandidateListOptions) {
    this.#options = options;
    this.#providers = new Map(options.config.providers.map((provider) => [provider.name, provider]));
  }

  /**
   * The candidates in the order in which they are named, each model once. A model that the request names must exist
   * and be allowed; of the configured ones those are left out that are not.
   */
  of(command: CompleteCommand, request: ChatRequest, call: Call): readonly Candidate[] | Refusal {
    const candidates: Candidate[] = [];
    const seen = new Set<string>();
    for (const [rank, { name, origin }] of this.#names(command).entries()) {
      const found = this.#options.deployments.find(name, call.caller);
      if (found.kind === "refused") {
        if (origin.kind === "requested" || rank === 0) return found;
        continue;
      }
      for (const deployment of found.deployments) {
        if (seen.has(deployment.id)) continue;
        seen.add(deployment.id);
        candidates.push(this.#candidate(command, request, call, found.model, deployment, rank, origin));
      }
    }
    if (candidates.length > 0) return candidates;
    return refuse("INVALID_REQUEST", "name a model: there is no default model, since no provider is on", {
      fieldViolations: [{ field: "model", description: "is required, since there is no default model" }],
    });
  }

  #names(command: CompleteCommand): readonly NamedModel[] {
    const { config, deployments } = this.#options;
    const { routing } = config;
    const requested = (name: string): NamedModel => ({ name, origin: { kind: "requested" } });
    const configured = (name: string): NamedModel => ({ name, origin: { kind: "configured" } });
    const forTask = routing.taskModels.find(({ taskType }) => taskType === command.taskType)?.model;
    const first = command.model ?? forTask ?? deployments.catalog.defaultModel;
    const names: NamedModel[] = [];
    if (first !== undefined) names.push(command.model === undefined ? configured(first) : requested(first));
    const fallbacks =
      command.fallbackModels.length > 0
        ? command.fallbackModels.map(requested)
        : routing.fallbackModels.map(configured);
    return [...names, ...fallbacks];
  }

  #candidate(
    command: CompleteCommand,
    request: ChatRequest,
    call: Call,
    model: Model,
    deployment: Deployment,
    rank: number,
    origin: CandidateOrigin,
  ): Candidate {
    const { estimator, pools, prices, providerOf, scopesOf } = this.#options;
    const { tenant } = call.caller;
    const estimate = estimator.estimate(request, model, { tenant, taskType: command.taskType ?? "" });
    return {
      deployment,
      model,
      providerConfig: this.#providers.get(deployment.provider)!,
      provider: providerOf(deployment),
      price: priceOf(prices, model, deployment),
      estimate,
      option: {
        deployment: deployment.id,
        pool: pools.of(deployment),
        amounts: callAmounts(estimate.reservedInputTokens, estimate.outputTokens),
        scopes: scopesOf(tenant),
      },
      rank,
      origin,
    };
  }
}
