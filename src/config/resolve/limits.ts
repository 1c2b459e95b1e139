import type { z } from "zod";
import { DAY_MS, MINUTE_MS } from "../../core/durations.ts";
import type { Metric } from "../../core/limit.ts";
import type { BudgetAmounts } from "../config.ts";
import type { LimitConfig, PriceConfig } from "../provider-config.ts";
import type { budgetKeys, limitsSchema, priceSchema } from "../schema/limits-schema.ts";

/** What each short name stands for. */
const SHORT_NAMES = [
  { name: "rpm", metric: "requests", windowMs: MINUTE_MS },
  { name: "tpm", metric: "tokens", windowMs: MINUTE_MS },
  { name: "rpd", metric: "requests", windowMs: DAY_MS },
  { name: "tpd", metric: "tokens", windowMs: DAY_MS },
  { name: "itpm", metric: "input_tokens", windowMs: MINUTE_MS },
  { name: "otpm", metric: "output_tokens", windowMs: MINUTE_MS },
  { name: "concurrent", metric: "concurrent", windowMs: 0 },
] as const satisfies readonly { name: string; metric: Metric; windowMs: number }[];

type ShortLimits = { readonly [name in (typeof SHORT_NAMES)[number]["name"]]?: number | undefined };

/** Both ways of writing limits as one list; nothing configured gives an empty one. */
export function resolveLimits(limits: z.output<typeof limitsSchema>): readonly LimitConfig[] {
  if (limits === undefined) return [];
  if (Array.isArray(limits)) {
    return limits.map(({ metric, window, amount, time_zone }) => ({
      metric,
      windowMs: metric === "concurrent" ? 0 : (window ?? MINUTE_MS),
      amount: amount === -1 ? undefined : amount,
      day: time_zone === undefined ? "rolling" : { timeZone: time_zone },
    }));
  }
  return shortLimits(limits);
}

/** Limits that are written by their short names; -1: unlimited. */
export function shortLimits(limits: ShortLimits): LimitConfig[] {
  return SHORT_NAMES.flatMap(({ name, metric, windowMs }) => {
    const amount = limits[name];
    if (amount === undefined) return [];
    const day = windowMs === DAY_MS ? "provider" : "rolling";
    return [{ metric, windowMs, amount: amount === -1 ? undefined : amount, day }];
  });
}

/** Undefined when nothing is configured. */
export function resolvePrice(price: z.output<typeof priceSchema>): PriceConfig | undefined {
  if (price === undefined) return undefined;
  return {
    inputPerMillionNanoUsd: price.input_per_million_usd,
    outputPerMillionNanoUsd: price.output_per_million_usd,
    cachedInputPerMillionNanoUsd: price.cached_input_per_million_usd,
    cacheWritePerMillionNanoUsd: price.cache_write_per_million_usd,
    reasoningPerMillionNanoUsd: price.reasoning_per_million_usd,
  };
}

type BudgetKeys = { readonly [key in keyof typeof budgetKeys]: bigint | undefined };

export function resolveAmounts(keys: BudgetKeys): BudgetAmounts {
  return {
    perRequestNanoUsd: keys.per_request_usd,
    hourlyNanoUsd: keys.hourly_usd,
    dailyNanoUsd: keys.daily_usd,
    weeklyNanoUsd: keys.weekly_usd,
    monthlyNanoUsd: keys.monthly_usd,
  };
}
