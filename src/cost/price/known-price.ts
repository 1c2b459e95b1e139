import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { calcPrice, findProvider } from "@pydantic/genai-prices";
import { convertPrices } from "./convert-prices.ts";
import type { ModelPrice } from "./model-price.ts";
import { knownServiceTiers } from "./service-tiers.ts";

/** Where a model is served, as far as its price depends on it. */
export interface PricedPlace {
  /** `openai`, `gemini`, `anthropic`, `ollama`, `openai_compatible`, `echo`, or one that has no known prices. */
  readonly providerType: string;
  /** Undefined: the provider's public address. */
  readonly baseUrl?: string | undefined;
  /** The provider's own name of the model, as `gpt-4o-mini`. */
  readonly upstreamModel: string;
}

/** Names in the price data of the provider types that have one. */
const PROVIDER_IDS: Readonly<Record<string, string>> = {
  openai: "openai",
  gemini: "google",
  anthropic: "anthropic",
};

/** Types that run on the user's own machines, or only pretend to run: nobody charges for a token. */
const LOCAL_TYPES = new Set(["ollama", "echo"]);

const FREE: Omit<ModelPrice, "serviceTiers"> = {
  source: "local",
  periods: [
    {
      fromWallMs: undefined,
      hours: undefined,
      requestNanoUsd: 0n,
      bands: [
        {
          aboveInputTokens: -1,
          input: 0n,
          cachedInput: undefined,
          cacheWriteInput: undefined,
          output: 0n,
          reasoning: undefined,
        },
      ],
    },
  ],
};

/**
 * The price of a model by the price data, or undefined when the data does not know it. A base URL of a provider that
 * the data knows decides; otherwise the type does. A server that merely speaks the OpenAI API at an address of its own
 * has no known price, whatever its models are called. `source` is what the answer says of where the data is from.
 */
export function knownPrice(place: PricedPlace, source: string): ModelPrice | undefined {
  if (LOCAL_TYPES.has(place.providerType)) return { ...FREE, serviceTiers: {} };
  const providerId = providerIdOf(place);
  if (providerId === undefined) return undefined;
  const match = calcPrice({}, place.upstreamModel, { providerId });
  if (match === null) return undefined;
  const periods = convertPrices(match.model.prices);
  if (periods === undefined) return undefined;
  return { source, periods, serviceTiers: knownServiceTiers(match.provider.id, match.model.id) };
}

/** What prices from the data inside the installed package are said to come from, as `genai-prices 0.1.8`. */
export function bundledSource(): string {
  const entry = createRequire(import.meta.url).resolve("@pydantic/genai-prices");
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL("../package.json", pathToFileURL(entry)), "utf8"),
  );
  return `genai-prices ${manifest.version}`;
}

function providerIdOf(place: PricedPlace): string | undefined {
  const byAddress = place.baseUrl === undefined ? undefined : findProvider({ providerApiUrl: place.baseUrl });
  return byAddress?.id ?? PROVIDER_IDS[place.providerType];
}
