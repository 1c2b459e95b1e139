import { divideUp } from "../../core/money.ts";
import type { TokenUsage } from "../../core/usage.ts";
import {
  bandFor,
  type ModelPrice,
  type PriceBand,
  type PriceFactor,
  periodAt,
  type ServiceTier,
} from "./model-price.ts";

/**
 * What a call costs, in nano-dollars. Six components are rounded up, each once: uncached input, cached input, written
 * input, the fee per call, answer, reasoning. Tokens of a kind that is not priced apart belong to uncached input or to
 * answer. Every sum below is exactly the sum of components, so sums over calls never drift.
 */
export interface Cost {
  /** Charged for the input: the three kinds of input and the fee per call. */
  readonly inputNanoUsd: bigint;
  /** Part of the input's cost: tokens read from the provider's cache. 0 where they are not priced apart. */
  readonly cachedInputNanoUsd: bigint;
  /** Part of the input's cost: tokens written to the provider's cache. 0 where they are not priced apart. */
  readonly cacheWriteInputNanoUsd: bigint;
  /** Charged for the output: answer and reasoning. */
  readonly outputNanoUsd: bigint;
  /** Part of the output's cost: reasoning. 0 where it is not priced apart. */
  readonly reasoningNanoUsd: bigint;
  /** Input and output. */
  readonly totalNanoUsd: bigint;
  readonly currencyCode: "USD";
  /** See {@link ModelPrice.source}. */
  readonly priceSource: string;
}

const PER_MILLION = 1_000_000n;
const ONE: PriceFactor = { numerator: 1n, denominator: 1n };

/**
 * The cost of a call. Undefined when it is not known: input or output tokens were not reported (and are not free), or
 * the service tier's price is unknown. `atWallMs` is the start of the call, so that a call is settled at the prices at
 * which it was reserved. Counts of a part that exceed the whole are charged in full, and the rest as 0.
 */
export function costOf(
  price: ModelPrice,
  usage: TokenUsage,
  atWallMs: number,
  serviceTier: ServiceTier = "standard",
): Cost | undefined {
  const factor = factorOf(price, serviceTier);
  if (factor === undefined) return undefined;
  const period = periodAt(price, atWallMs);
  const band = bandFor(period, usage.inputTokens ?? 0);
  const input = inputComponents(band, usage, factor);
  const output = outputComponents(band, usage, factor);
  if (input === undefined || output === undefined) return undefined;
  const inputNanoUsd = input.uncached + input.cached + input.written + period.requestNanoUsd;
  const outputNanoUsd = output.answer + output.reasoning;
  return {
    inputNanoUsd,
    cachedInputNanoUsd: input.cached,
    cacheWriteInputNanoUsd: input.written,
    outputNanoUsd,
    reasoningNanoUsd: output.reasoning,
    totalNanoUsd: inputNanoUsd + outputNanoUsd,
    currencyCode: "USD",
    priceSource: price.source,
  };
}

/**
 * The most that a call of this size can cost: nothing read from a cache, all of it written to one where that is
 * dearer, and all output reasoning where that is dearer. For reservations. Undefined as in {@link costOf}.
 */
export function worstCaseCost(
  price: ModelPrice,
  inputTokens: number,
  maxOutputTokens: number,
  atWallMs: number,
  serviceTier: ServiceTier = "standard",
): Cost | undefined {
  const band = bandFor(periodAt(price, atWallMs), inputTokens);
  const usage: TokenUsage = {
    inputTokens,
    outputTokens: maxOutputTokens,
    cacheWriteInputTokens: isAbove(band.cacheWriteInput, band.input) ? inputTokens : 0,
    reasoningTokens: isAbove(band.reasoning, band.output) ? maxOutputTokens : 0,
  };
  const cost = costOf(price, usage, atWallMs, serviceTier);
  const factor = factorOf(price, serviceTier);
  if (cost === undefined || factor === undefined) return undefined;
  const inputRates = [band.input, band.cachedInput, band.cacheWriteInput];
  const inputNanoUsd = cost.inputNanoUsd + roundingSlack(inputRates, factor);
  const outputNanoUsd = cost.outputNanoUsd + roundingSlack([band.output, band.reasoning], factor);
  return { ...cost, inputNanoUsd, outputNanoUsd, totalNanoUsd: inputNanoUsd + outputNanoUsd };
}

/** How much dearer tokens can get by being split into kinds that are rounded up one by one. */
function roundingSlack(rates: readonly (bigint | undefined)[], factor: PriceFactor): bigint {
  const divisor = PER_MILLION * factor.denominator;
  const rounded = rates.filter((rate) => rate !== undefined && (rate * factor.numerator) % divisor !== 0n);
  return BigInt(Math.max(0, rounded.length - 1));
}

function factorOf(price: ModelPrice, serviceTier: ServiceTier): PriceFactor | undefined {
  return serviceTier === "standard" ? ONE : price.serviceTiers[serviceTier];
}

function inputComponents(
  band: PriceBand,
  usage: TokenUsage,
  factor: PriceFactor,
): { uncached: bigint; cached: bigint; written: bigint } | undefined {
  const cachedTokens = band.cachedInput === undefined ? 0 : (usage.cachedInputTokens ?? 0);
  const writtenTokens = band.cacheWriteInput === undefined ? 0 : (usage.cacheWriteInputTokens ?? 0);
  if (usage.inputTokens === undefined && !(band.input === 0n && cachedTokens + writtenTokens === 0))
    return undefined;
  const uncachedTokens = Math.max(0, (usage.inputTokens ?? 0) - cachedTokens - writtenTokens);
  return {
    uncached: amount(uncachedTokens, band.input, factor),
    cached: amount(cachedTokens, band.cachedInput, factor),
    written: amount(writtenTokens, band.cacheWriteInput, factor),
  };
}

function outputComponents(
  band: PriceBand,
  usage: TokenUsage,
  factor: PriceFactor,
): { answer: bigint; reasoning: bigint } | undefined {
  const reasoningTokens = band.reasoning === undefined ? 0 : (usage.reasoningTokens ?? 0);
  if (usage.outputTokens === undefined && !(band.output === 0n && reasoningTokens === 0)) return undefined;
  const answerTokens = Math.max(0, (usage.outputTokens ?? 0) - reasoningTokens);
  return {
    answer: amount(answerTokens, band.output, factor),
    reasoning: amount(reasoningTokens, band.reasoning, factor),
  };
}

function amount(tokens: number, perMillionNanoUsd: bigint | undefined, factor: PriceFactor): bigint {
  if (tokens === 0 || perMillionNanoUsd === undefined || perMillionNanoUsd === 0n) return 0n;
  const exact = BigInt(Math.ceil(tokens)) * perMillionNanoUsd;
  if (factor === ONE) return divideUp(exact, PER_MILLION);
  return divideUp(exact * factor.numerator, PER_MILLION * factor.denominator);
}

function isAbove(rate: bigint | undefined, other: bigint): boolean {
  return rate !== undefined && rate > other;
}
