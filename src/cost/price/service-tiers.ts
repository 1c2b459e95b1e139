import type { ModelPrice, PriceFactor } from "./model-price.ts";

const HALF: PriceFactor = { numerator: 1n, denominator: 2n };

/** Providers whose batch calls cost half. */
const BATCH_AT_HALF = new Set(["openai", "azure", "anthropic", "google", "groq", "mistral"]);

/** What OpenAI's priority tier costs, as a fraction of the standard price, from its published table. */
const OPENAI_PRIORITY: Readonly<Record<string, readonly [bigint, bigint]>> = {
  "gpt-4.1": [7n, 4n],
  "gpt-4.1-mini": [7n, 4n],
  "gpt-4.1-nano": [2n, 1n],
  "gpt-4o": [17n, 10n],
  "gpt-4o-2024-05-13": [7n, 4n],
  "gpt-4o-mini": [5n, 3n],
  "gpt-5": [2n, 1n],
  "gpt-5-mini": [9n, 5n],
  "gpt-5.1": [2n, 1n],
  "gpt-5.2": [2n, 1n],
  "gpt-5.4": [2n, 1n],
  "gpt-5.4-mini": [2n, 1n],
  "gpt-5.5": [5n, 2n],
  o3: [7n, 4n],
  "o4-mini": [20n, 11n],
};

/**
 * Price factors of the service tiers of a model, named as the price data names provider and model. Only what the
 * providers publish: a tier that is not in the answer has no known price.
 */
export function knownServiceTiers(providerId: string, model: string): ModelPrice["serviceTiers"] {
  const tiers: { -readonly [Tier in keyof ModelPrice["serviceTiers"]]: PriceFactor } = {};
  if (BATCH_AT_HALF.has(providerId)) tiers.batch = HALF;
  if (providerId !== "openai") return tiers;
  tiers.flex = HALF;
  const priority = OPENAI_PRIORITY[model];
  if (priority !== undefined) tiers.priority = { numerator: priority[0], denominator: priority[1] };
  return tiers;
}
