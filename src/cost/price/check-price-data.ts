import type { Provider } from "@pydantic/genai-prices";
import { convertPrices } from "./convert-prices.ts";

/** Providers without which data are no price data. */
const EXPECTED_PROVIDERS = ["openai", "google", "anthropic"];

/**
 * Checks that prices can be worked out from fetched data before they replace others.
 * @throws {Error} that says what is wrong with them
 */
export function checkPriceData(data: unknown): asserts data is Provider[] {
  if (!Array.isArray(data)) throw new Error("is not a list of providers");
  for (const id of EXPECTED_PROVIDERS) {
    const models: unknown = data.find((provider) => provider?.id === id)?.models;
    if (!Array.isArray(models) || models.length === 0) throw new Error(`has no models of ${id}`);
  }
  for (const provider of data as readonly Provider[]) {
    for (const model of provider.models) {
      try {
        convertPrices(model.prices);
      } catch (error) {
        throw new Error(`has a wrong price of ${provider.id} ${model.id}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  }
}
