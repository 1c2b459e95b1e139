import { calcPrice, findProvider } from "@pydantic/genai-prices";
import type { ProviderType } from "../config/provider-config.ts";

/** The package's own name for the provider of each type; the others are found by their address. */
const DATA_IDS: Readonly<Partial<Record<ProviderType, string>>> = {
  openai: "openai",
  gemini: "google",
  anthropic: "anthropic",
};

/** Which model is asked for. */
export interface ContextWindowQuestion {
  readonly type: ProviderType;
  readonly baseUrl: string | undefined;
  readonly upstreamModel: string;
}

/**
 * Tokens that input and output together may have, from the data of `@pydantic/genai-prices` as installed; nothing is
 * fetched. Undefined when the model or its window is not in them.
 */
export function knownContextWindow({
  type,
  baseUrl,
  upstreamModel,
}: ContextWindowQuestion): number | undefined {
  const id = DATA_IDS[type];
  const place =
    type === "openai_compatible" && baseUrl !== undefined ? { providerApiUrl: baseUrl } : undefined;
  const provider = id !== undefined ? findProvider({ providerId: id }) : place && findProvider(place);
  if (provider === undefined) return undefined;
  return calcPrice({ input_tokens: 0, output_tokens: 0 }, upstreamModel, { provider })?.model.context_window;
}
