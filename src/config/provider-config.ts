import type { ChargeAt, Metric, Refund } from "../core/limit.ts";
import type { Secret } from "../core/secret.ts";
import type { PROFILES, PROVIDER_TYPES, TIERS } from "./schema/provider-schema.ts";

/** Tier of an account at its provider: decides which built-in limits hold. */
export type Tier = (typeof TIERS)[number];

/** How a provider is spoken to. */
export type ProviderType = (typeof PROVIDER_TYPES)[number];

/** How a provider counts. */
export type ProfileName = (typeof PROFILES)[number];

/** A limit as configured. */
export interface LimitConfig {
  readonly metric: Metric;
  /** Length of the window in milliseconds; 0 for `concurrent`. */
  readonly windowMs: number;
  /** Undefined: unlimited, so that a built-in limit of the same metric and window does not hold. */
  readonly amount: number | undefined;
  /** `provider`: a day as this provider counts it. A zone: calendar days there. `rolling`: any window of this length. */
  readonly day: "provider" | "rolling" | { readonly timeZone: string };
}

/** Price in nano-dollars per million tokens; undefined: not configured. */
export interface PriceConfig {
  readonly inputPerMillionNanoUsd: bigint | undefined;
  readonly outputPerMillionNanoUsd: bigint | undefined;
  readonly cachedInputPerMillionNanoUsd: bigint | undefined;
  readonly cacheWritePerMillionNanoUsd: bigint | undefined;
  readonly reasoningPerMillionNanoUsd: bigint | undefined;
}

/** What a model can do; undefined: as known or assumed. */
export interface CapabilitiesConfig {
  readonly tools: boolean | undefined;
  readonly images: boolean | undefined;
  readonly jsonSchema: boolean | undefined;
  readonly streaming: boolean | undefined;
}

/** A model as configured: a new one, or changes to a built-in one. Undefined: nothing said. */
export interface ModelConfig {
  /** The part of the id behind the first slash. */
  readonly name: string;
  readonly upstreamModel: string | undefined;
  readonly contextWindowTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly limits: readonly LimitConfig[];
  readonly price: PriceConfig | undefined;
  /** 1 to 10. */
  readonly quality: number | undefined;
  readonly useCases: readonly string[] | undefined;
  readonly capabilities: CapabilitiesConfig;
  readonly pool: string | undefined;
  readonly tier: Tier | undefined;
}

/** Where and as whom a provider is reached. */
export interface ConnectionConfig {
  readonly apiKey: Secret | undefined;
  /** Without a closing slash. Undefined: the provider's public address. */
  readonly baseUrl: string | undefined;
  /** Added to every call; names as written. */
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
}

/** Further credentials or another place of the same models. Undefined: as the provider. */
export interface DeploymentConfig {
  /** The part of the id behind the `#`. */
  readonly name: string;
  /** Already complete: what the deployment leaves out is taken from the provider. */
  readonly connection: ConnectionConfig;
  readonly tier: Tier | undefined;
  readonly limits: readonly LimitConfig[];
  /** Undefined: all models of the provider. */
  readonly models: readonly string[] | undefined;
  readonly pool: string | undefined;
  readonly profile: ProfileName | undefined;
  readonly chargeAt: ChargeAt | undefined;
  readonly refund: Refund | undefined;
}

/** A provider, listed or built in. */
export interface ProviderConfig {
  /** The first part of its models' ids. */
  readonly name: string;
  readonly type: ProviderType;
  /** Whether the file or a variable speaks of it; the built-in providers are there in any case. */
  readonly listed: boolean;
  /** False: switched off by the user. */
  readonly enabled: boolean;
  readonly connection: ConnectionConfig;
  /** Name of the model used when only the provider is known. */
  readonly defaultModel: string | undefined;
  readonly tier: Tier;
  /** Rank in fallback; 1 is tried first. */
  readonly priority: number;
  readonly timeoutMs: number;
  readonly firstTokenTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Further attempts on the same model; 0: none. */
  readonly maxRetryCount: number;
  /** Pause before the first retry. */
  readonly retryDelayMs: number;
  /** For each of its models on its own, unless a pool is named. */
  readonly limits: readonly LimitConfig[];
  readonly price: PriceConfig | undefined;
  readonly pool: string | undefined;
  readonly profile: ProfileName | undefined;
  readonly chargeAt: ChargeAt | undefined;
  readonly refund: Refund | undefined;
  readonly models: readonly ModelConfig[];
  readonly deployments: readonly DeploymentConfig[];
}
