import type { ModelInfo, ModelPrice as RawPrices, TieredPrices } from "@pydantic/genai-prices";
import { divideUp, nanoUsdRoundedUp } from "../../core/money.ts";
import type { PriceBand, PricePeriod } from "./model-price.ts";

type RawPrice = number | TieredPrices | undefined;

/**
 * Keys of kinds of tokens that {@link import("../../core/usage.ts").TokenUsage} does not tell apart. A model that
 * prices one of them differently cannot be priced by its text prices: the answer would be wrong without a sign of it.
 */
const INDISTINCT_KEYS = ["input_image_mtok", "output_image_mtok", "output_video_mtok"];

/**
 * The prices of one model in the package's data as exact integers, or undefined when they do not say what a chat call
 * costs: without a price of input or of output, or with pictures priced apart.
 */
export function convertPrices(prices: ModelInfo["prices"]): readonly PricePeriod[] | undefined {
  const conditional = Array.isArray(prices) ? prices : [{ prices }];
  const periods: PricePeriod[] = [];
  for (const { constraint, prices: raw } of conditional) {
    const bands = convertBands(raw);
    if (bands === undefined) return undefined;
    periods.push({
      fromWallMs: constraint?.type === "start_date" ? Date.parse(constraint.start_date) : undefined,
      hours:
        constraint?.type === "time_of_date"
          ? { startMs: timeOfDayMs(constraint.start_time), endMs: timeOfDayMs(constraint.end_time) }
          : undefined,
      bands,
      requestNanoUsd: requestFee(raw.requests_kcount),
    });
  }
  return periods.length === 0 ? undefined : periods;
}

function convertBands(raw: RawPrices): readonly PriceBand[] | undefined {
  if (INDISTINCT_KEYS.some((key) => raw[key] !== undefined)) return undefined;
  const starts = new Set([-1]);
  for (const price of Object.values(raw)) {
    if (typeof price === "object") for (const tier of price.tiers) starts.add(tier.start);
  }
  const bands: PriceBand[] = [];
  for (const start of [...starts].sort((left, right) => left - right)) {
    const input = priceAbove(raw.input_mtok, start);
    const output = priceAbove(raw.output_mtok, start);
    if (input === undefined || output === undefined) return undefined;
    bands.push({
      aboveInputTokens: start,
      input,
      cachedInput: priceAbove(raw.cache_read_mtok, start),
      cacheWriteInput: priceAbove(raw.cache_write_mtok, start),
      output,
      reasoning: priceAbove(raw.output_reasoning_mtok, start),
    });
  }
  return bands;
}

function priceAbove(price: RawPrice, inputTokens: number): bigint | undefined {
  if (price === undefined) return undefined;
  if (typeof price === "number") return nanoUsdRoundedUp(price);
  let chosen = price.base;
  for (const tier of [...price.tiers].sort((left, right) => left.start - right.start)) {
    if (tier.start <= inputTokens) chosen = tier.price;
  }
  return nanoUsdRoundedUp(chosen);
}

function requestFee(perThousand: RawPrice): bigint {
  return typeof perThousand === "number" ? divideUp(nanoUsdRoundedUp(perThousand), 1000n) : 0n;
}

/** Milliseconds since midnight UTC of a time as `16:30:00Z` or `08:00:00+08:00`. */
function timeOfDayMs(time: string): number {
  return Date.parse(`1970-01-02T${time}`) % 86_400_000;
}
