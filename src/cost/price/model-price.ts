import { DAY_MS } from "../../core/durations.ts";
/** Prices for prompts of a certain size, in nano-dollars per million tokens. 0 is free. */
export interface PriceBand {
  /** The band holds for calls with more input tokens than this, cached ones included; −1 for the first band. */
  readonly aboveInputTokens: number;
  readonly input: bigint;
  /** Input read from the provider's cache. Undefined: as other input. */
  readonly cachedInput: bigint | undefined;
  /** Input written to the provider's cache. Undefined: as other input. */
  readonly cacheWriteInput: bigint | undefined;
  readonly output: bigint;
  /** Output spent on reasoning. Undefined: as other output. */
  readonly reasoning: bigint | undefined;
}

/** Prices that hold from a date on, at some hours of the day, or always. */
export interface PricePeriod {
  /** Start in milliseconds since the Unix epoch. Undefined: not bound to a date. */
  readonly fromWallMs: number | undefined;
  /** Hours in milliseconds since midnight UTC, the end excluded; an end before the start is past midnight. */
  readonly hours: { readonly startMs: number; readonly endMs: number } | undefined;
  /** By size of the prompt, the smallest first. At least one; the whole call is charged by the last that holds. */
  readonly bands: readonly PriceBand[];
  /** Charged for each call whatever its size, in nano-dollars. Mostly 0. */
  readonly requestNanoUsd: bigint;
}

/** A factor on the price, as a fraction. */
export interface PriceFactor {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** How fast a provider serves a call, where that changes the price. */
export type ServiceTier = "standard" | "flex" | "batch" | "priority";

/** What a model costs: exact integers, made once per model. */
export interface ModelPrice {
  /**
   * Where it came from: `config`; `genai-prices 0.1.8` (the data of that package version) or `genai-prices 2026-11-22`
   * (data refreshed on that day); both joined by ` + ` where the config replaces a part; `assumed` for the configured
   * price of models without a known one; `local` for a model that nobody charges by the token.
   */
  readonly source: string;
  /** In order; the last that holds at a moment counts, and the first when none does. At least one. */
  readonly periods: readonly PricePeriod[];
  /** Factors of service tiers that are known. One that is not listed has no known price. */
  readonly serviceTiers: Readonly<Partial<Record<ServiceTier, PriceFactor>>>;
}

/** The prices that hold at a moment. */
export function periodAt(price: ModelPrice, atWallMs: number): PricePeriod {
  const periods = price.periods;
  for (let index = periods.length - 1; index > 0; index--) {
    const period = periods[index]!;
    if (holdsAt(period, atWallMs)) return period;
  }
  return periods[0]!;
}

/** The prices for a call with so many input tokens. */
export function bandFor(period: PricePeriod, inputTokens: number): PriceBand {
  const bands = period.bands;
  let index = bands.length - 1;
  while (index > 0 && inputTokens <= bands[index]!.aboveInputTokens) index--;
  return bands[index]!;
}

/** Whether no call costs anything, at any time and of any size. */
export function isFree({ periods }: ModelPrice): boolean {
  return periods.every(({ bands, requestNanoUsd }) => requestNanoUsd === 0n && bands.every(isFreeBand));
}

function isFreeBand({ input, cachedInput, cacheWriteInput, output, reasoning }: PriceBand): boolean {
  return !(input || cachedInput || cacheWriteInput || output || reasoning);
}

function holdsAt(period: PricePeriod, atWallMs: number): boolean {
  if (period.fromWallMs !== undefined && atWallMs < period.fromWallMs) return false;
  if (period.hours === undefined) return true;
  const { startMs, endMs } = period.hours;
  const ofDayMs = ((atWallMs % DAY_MS) + DAY_MS) % DAY_MS;
  return startMs <= endMs ? ofDayMs >= startMs && ofDayMs < endMs : ofDayMs >= startMs || ofDayMs < endMs;
}
