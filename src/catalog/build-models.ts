import type { ModelConfig, ProviderConfig, Tier } from "../config/provider-config.ts";
import { shortLimits } from "../config/resolve/limits.ts";
import type { Limit } from "../core/limit.ts";
import type { BuiltInModel } from "./built-in/built-in-model.ts";
import {
  ASSUMED_CAPABILITIES,
  ASSUMED_QUALITY,
  BUILT_IN_MODELS,
  UNLISTED_CAPABILITIES,
} from "./built-in/built-in-models.ts";
import type { Model } from "./catalog.ts";
import { knownContextWindow } from "./context-window.ts";
import { layerLimits } from "./limits-of.ts";
import { profileOf } from "./profile.ts";

/** A model with what is configured and built in for it. */
export interface ModelEntry {
  readonly model: Model;
  readonly configured: ModelConfig | undefined;
  readonly builtIn: BuiltInModel | undefined;
}

/** All models of a provider: built in, configured, and the one named as its default. */
export function buildModels(provider: ProviderConfig): ModelEntry[] {
  const builtIns = BUILT_IN_MODELS[provider.type];
  const names = new Set([...builtIns.map(({ name }) => name), ...provider.models.map(({ name }) => name)]);
  if (provider.defaultModel !== undefined) names.add(provider.defaultModel);
  return [...names].map((name) => {
    const configured = provider.models.find((model) => model.name === name);
    const builtIn = builtIns.find((model) => model.name === (configured?.upstreamModel ?? name));
    return { model: buildModel(provider, name, configured, builtIn), configured, builtIn };
  });
}

/** A model of a provider that takes any name. */
export function unlistedModel(provider: ProviderConfig, name: string): Model {
  const model = buildModel(provider, name, undefined, undefined);
  return Object.freeze({ ...model, capabilities: UNLISTED_CAPABILITIES });
}

function buildModel(
  provider: ProviderConfig,
  name: string,
  configured: ModelConfig | undefined,
  builtIn: BuiltInModel | undefined,
): Model {
  const upstreamModel = configured?.upstreamModel ?? name;
  const question = { type: provider.type, baseUrl: provider.connection.baseUrl, upstreamModel };
  const can = configured?.capabilities;
  const known = builtIn?.capabilities ?? ASSUMED_CAPABILITIES;
  return {
    id: `${provider.name}/${name}`,
    provider: provider.name,
    name,
    upstreamModel,
    contextWindowTokens:
      configured?.contextWindowTokens ?? builtIn?.contextWindowTokens ?? knownContextWindow(question),
    maxOutputTokens: configured?.maxOutputTokens ?? builtIn?.maxOutputTokens,
    capabilities: {
      tools: can?.tools ?? known.tools,
      images: can?.images ?? known.images,
      jsonSchema: can?.jsonSchema ?? known.jsonSchema,
      streaming: can?.streaming ?? known.streaming,
    },
    quality: configured?.quality ?? builtIn?.quality ?? ASSUMED_QUALITY,
    useCases: configured?.useCases ?? builtIn?.useCases ?? ["general"],
    price: configured?.price ?? provider.price,
    tierLimits: builtIn && limitsByTier(provider, builtIn),
  };
}

function limitsByTier(
  provider: ProviderConfig,
  builtIn: BuiltInModel,
): Record<Tier, readonly Limit[] | null> {
  const profile = profileOf(provider, provider.connection, provider.profile);
  const of = (tier: Tier) => {
    const limits = builtIn.tiers[tier];
    return limits === null ? null : layerLimits([shortLimits(limits)], profile);
  };
  return { free: of("free"), tier1: of("tier1"), tier2: of("tier2"), paid: of("paid") };
}
