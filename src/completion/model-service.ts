import type { Deployment, Model } from "../catalog/catalog.ts";
import type { Caller } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { type ModelPrice, periodAt } from "../cost/price/model-price.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { PoolDirectory } from "../scheduler/pool-directory.ts";
import { priceOf } from "./accounting.ts";
import type { DeploymentHealth } from "./deployment-health.ts";
import type { Deployments } from "./deployments.ts";
import type { ModelReport, PriceReport } from "./model-report.ts";
import { reportDeployment } from "./report-deployment.ts";

export interface ModelServiceOptions {
  readonly clock: Clock;
  readonly deployments: Deployments;
  readonly pools: PoolDirectory;
  readonly prices: PriceBook;
  readonly health: DeploymentHealth;
}

/** Answers ListModels: the catalog with what holds now. */
export class ModelService {
  readonly #options: ModelServiceOptions;

  constructor(options: ModelServiceOptions) {
    this.#options = options;
  }

  list(caller: Caller): ModelReport[] {
    const { catalog } = this.#options.deployments;
    const byModel = Map.groupBy(catalog.deployments, ({ model }) => model);
    return catalog.models
      .filter((model) => this.#options.deployments.allows(caller, model.id))
      .map((model) => this.#report(model, byModel.get(model.id) ?? []));
  }

  #report(model: Model, deployments: readonly Deployment[]): ModelReport {
    const { clock, health, pools, prices } = this.#options;
    const first = deployments.find(({ configured }) => configured) ?? deployments[0];
    const price = first && priceOf(prices, model, first);
    const reports = deployments.map((deployment) => reportDeployment(deployment, health));
    const available = deployments.some(
      ({ enabled, offered, configured }) => enabled && offered && configured,
    );
    return {
      name: model.id,
      provider: model.provider,
      upstreamModel: model.upstreamModel,
      contextWindowTokens: model.contextWindowTokens,
      maxOutputTokens: model.maxOutputTokens,
      limits: first === undefined ? [] : pools.of(first).usage.rules.limits,
      price: price && reportPrice(price, clock.wallMs()),
      quality: model.quality,
      useCases: model.useCases,
      supportsTools: model.capabilities.tools,
      supportsImages: model.capabilities.images,
      supportsJsonSchema: model.capabilities.jsonSchema,
      available,
      healthy: reports.some(({ healthy }) => healthy),
      deployments: reports,
    };
  }
}

/** A price as it is now for a small request. */
function reportPrice(price: ModelPrice, wallMs: number): PriceReport {
  const band = periodAt(price, wallMs).bands[0]!;
  return {
    inputNanoUsdPerMillion: band.input,
    outputNanoUsdPerMillion: band.output,
    cachedInputNanoUsdPerMillion: band.cachedInput,
    cacheWriteInputNanoUsdPerMillion: band.cacheWriteInput,
    reasoningNanoUsdPerMillion: band.reasoning,
    priceSource: price.source,
  };
}
