import type { Deployment, Model } from "../catalog/catalog.ts";
import type { Clock } from "../core/clock.ts";
import type { Cost } from "../core/cost.ts";
import { type Amounts, callAmounts, callAmountsOfTotal } from "../core/limit.ts";
import { TOKEN_KINDS, type TokenUsage } from "../core/usage.ts";
import { costOf } from "../cost/price/cost-of.ts";
import type { ModelPrice } from "../cost/price/model-price.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { ReportedUsage } from "../scheduler/slot-settlement.ts";

/** The price of a deployment's calls. Undefined: not known. */
export function priceOf(book: PriceBook, model: Model, deployment: Deployment): ModelPrice | undefined {
  return book.forModel({
    id: deployment.id,
    providerType: deployment.providerType,
    baseUrl: deployment.connection.baseUrl,
    upstreamModel: deployment.upstreamModel,
    price: model.price,
  });
}

/** What a call of known usage costs. Undefined: price or usage is not known. `startWallMs` is the call's start. */
export function costOfUsage(
  price: ModelPrice | undefined,
  usage: TokenUsage | undefined,
  startWallMs: number,
): Cost | undefined {
  return price === undefined || usage === undefined ? undefined : costOf(price, usage, startWallMs);
}

/** The wall time of a monotonic instant. */
export function wallTimeOf(clock: Clock, monotonicMs: number): number {
  return clock.wallMs() - (clock.monotonicMs() - monotonicMs);
}

/**
 * What limits are charged for a call that reported `usage`: a side that nobody reported stays as reserved. A call of
 * which nothing is known stays charged in full.
 */
export function amountsUsed(usage: ReportedUsage | undefined, reserved: Amounts): Amounts {
  if (usage === undefined) return reserved;
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) {
    return totalTokens === undefined ? reserved : callAmountsOfTotal(totalTokens);
  }
  const input =
    inputTokens ?? (totalTokens === undefined ? reserved.inputTokens : totalTokens - outputTokens!);
  const output = outputTokens ?? (totalTokens === undefined ? reserved.outputTokens : totalTokens - input);
  return callAmounts(Math.max(0, input), Math.max(0, output));
}

/** The sum of two usages; a count that neither knows stays unknown. */
export function addUsage(left: TokenUsage, right: TokenUsage): TokenUsage {
  const sum = (a: number | undefined, b: number | undefined) => (a === undefined ? b : a + (b ?? 0));
  const total: Record<string, number | boolean> = {};
  for (const key of TOKEN_KINDS) {
    const value = sum(left[key], right[key]);
    if (value !== undefined) total[key] = value;
  }
  if (left.estimated === true || right.estimated === true) total.estimated = true;
  return total as TokenUsage;
}

/** The sum of two costs; the source is kept where both agree. */
export function addCost(left: Cost, right: Cost): Cost {
  return {
    inputNanoUsd: left.inputNanoUsd + right.inputNanoUsd,
    outputNanoUsd: left.outputNanoUsd + right.outputNanoUsd,
    totalNanoUsd: left.totalNanoUsd + right.totalNanoUsd,
    priceSource: left.priceSource === right.priceSource ? left.priceSource : "",
  };
}
