import type { Caller } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import { costOfUsage, priceOf } from "./accounting.ts";
import type { Deployments } from "./deployments.ts";
import type { EstimateQuery, TokenEstimate } from "./token-estimate.ts";

export interface EstimateServiceOptions {
  readonly clock: Clock;
  readonly deployments: Deployments;
  readonly estimator: TokenEstimator;
  readonly prices: PriceBook;
}

/** Answers EstimateTokens: what a call would use and cost. */
export class EstimateService {
  readonly #options: EstimateServiceOptions;

  constructor(options: EstimateServiceOptions) {
    this.#options = options;
  }

  estimate(query: EstimateQuery, caller: Caller): TokenEstimate | Refusal {
    const { clock, deployments, estimator, prices } = this.#options;
    const name = query.model ?? deployments.catalog.defaultModel;
    if (name === undefined) return refuse("INVALID_REQUEST", "name a model: there is no default model");
    const found = deployments.find(name, caller);
    if (found.kind === "refused") return found;
    const { model } = found;
    const key = { tenant: caller.tenant, taskType: query.taskType ?? "" };
    const estimate = estimator.estimate(query.request, model, key);
    const { inputTokens, outputTokens, method, tokenizer, inputCorrection, outputSource } = estimate;
    const price = priceOf(prices, model, found.deployments[0]!);
    const cost = costOfUsage(price, { inputTokens, outputTokens }, clock.wallMs());
    return {
      kind: "estimated",
      model: model.id,
      inputTokens,
      outputTokens,
      cost,
      method,
      tokenizer,
      inputCorrection,
      outputSource,
    };
  }
}
