import type { Amounts } from "../../core/limit.ts";
import { type Cost, worstCaseCost } from "./cost-of.ts";
import type { ModelPrice } from "./model-price.ts";

/**
 * The most that a call of this size can cost. Where only the total is known, and each side stands for all of it, that
 * is the total on its dearer side. Undefined when it is not known.
 */
export function worstCost(
  price: ModelPrice,
  { inputTokens, outputTokens, totalTokens }: Amounts,
  atWallMs: number,
): Cost | undefined {
  const cost = worstCaseCost(price, inputTokens, outputTokens, atWallMs);
  if (inputTokens + outputTokens <= totalTokens) return cost;
  const fee = worstCaseCost(price, 0, 0, atWallMs);
  if (cost === undefined || fee === undefined) return undefined;
  const { inputNanoUsd: feeNanoUsd } = fee;
  const isInputDearer = cost.inputNanoUsd >= cost.outputNanoUsd + feeNanoUsd;
  const inputNanoUsd = isInputDearer ? cost.inputNanoUsd : feeNanoUsd;
  const outputNanoUsd = isInputDearer ? 0n : cost.outputNanoUsd;
  return { ...cost, inputNanoUsd, outputNanoUsd, totalNanoUsd: inputNanoUsd + outputNanoUsd };
}
