import type { Tier } from "../../config/provider-config.ts";

/** Limits of one model on one tier; -1: unlimited; undefined: the provider has no limit of this kind. */
export interface TierLimits {
  readonly rpm: number;
  readonly tpm?: number;
  readonly rpd?: number;
  readonly itpm?: number;
  readonly otpm?: number;
}

/** What a model can do. */
export interface Capabilities {
  readonly tools: boolean;
  readonly images: boolean;
  readonly jsonSchema: boolean;
  readonly streaming: boolean;
}

/** A model that is known without configuration. */
export interface BuiltInModel {
  /** The part of the id behind the first slash; also the provider's own name. */
  readonly name: string;
  /** null: not offered on that tier. */
  readonly tiers: Readonly<Record<Tier, TierLimits | null>>;
  /** Only where the price data do not know it, or know it wrongly. */
  readonly contextWindowTokens?: number;
  readonly maxOutputTokens: number;
  /** 1 to 10; a rough order among all built-in models, by public comparisons. */
  readonly quality: number;
  readonly useCases: readonly string[];
  readonly capabilities: Capabilities;
  /** The provider counts all its models with the same word here together. */
  readonly pool?: string;
}

/** Text, images, tools, JSON schema and streams. */
export const ALL_CAPABILITIES: Capabilities = {
  tools: true,
  images: true,
  jsonSchema: true,
  streaming: true,
};

/** Everything but images. */
export const TEXT_CAPABILITIES: Capabilities = { ...ALL_CAPABILITIES, images: false };

/** Requests a minute, tokens a minute, requests a day. */
export function requestsTokensDay(rpm: number, tpm: number, rpd: number): TierLimits {
  return { rpm, tpm, rpd };
}

/** Requests, input tokens and output tokens a minute. */
export function requestsInputOutput(rpm: number, itpm: number, otpm: number): TierLimits {
  return { rpm, itpm, otpm };
}
