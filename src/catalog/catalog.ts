import type { ConnectionConfig, PriceConfig, ProviderType, Tier } from "../config/provider-config.ts";
import type { ChargeAt, Limit, Refund } from "../core/limit.ts";
import type { Capabilities } from "./built-in/built-in-model.ts";

/** A model by its id, however it is reached. */
export interface Model {
  /** `provider/name`. */
  readonly id: string;
  /** The key under `providers`. */
  readonly provider: string;
  readonly name: string;
  /** The provider's own name. */
  readonly upstreamModel: string;
  /** Tokens of input and output together; undefined: unknown. */
  readonly contextWindowTokens: number | undefined;
  /** Most tokens of one answer; undefined: unknown. */
  readonly maxOutputTokens: number | undefined;
  readonly capabilities: Capabilities;
  /** 1 to 10. */
  readonly quality: number;
  readonly useCases: readonly string[];
  /** Configured price; each part that is set replaces the known one. Undefined: nothing configured. */
  readonly price: PriceConfig | undefined;
  /** Requests-a-minute limits and the like by tier, as built in; undefined: not a built-in model. */
  readonly tierLimits: Readonly<Record<Tier, readonly Limit[] | null>> | undefined;
}

/** A model reached with one set of credentials at one place. */
export interface Deployment {
  /** `openai/gpt-4o-mini`, or `openai/gpt-4o-mini#eu` for a named one. */
  readonly id: string;
  /** Id of the model. */
  readonly model: string;
  readonly upstreamModel: string;
  readonly provider: string;
  readonly providerType: ProviderType;
  /** Id of the pool that it is counted in. */
  readonly pool: string;
  readonly tier: Tier;
  readonly connection: ConnectionConfig;
  /** False: the user has switched the provider off. */
  readonly enabled: boolean;
  /** False: the account's tier does not have this model; neither slots nor answers. */
  readonly offered: boolean;
  /** Whether Headway itself can call it. Slots need no credentials and are there nevertheless. */
  readonly configured: boolean;
  /** Why it cannot be called, with the way out; undefined when it can. */
  readonly reason: string | undefined;
  /** The variable that would complete the credentials; undefined when none is missing. */
  readonly missingVariable: string | undefined;
}

/** Limits that are counted together. */
export interface Pool {
  /** That of its only deployment, or the configured name, or `provider:name` for a built-in one. */
  readonly id: string;
  /** Empty: unlimited. */
  readonly limits: readonly Limit[];
  /** Distance of even starts in milliseconds; undefined: no limit from which it could follow. */
  readonly evenSpacingMs: number | undefined;
  readonly chargeAt: ChargeAt;
  readonly refund: Refund;
  /** Ids of its deployments. A pool of unlisted models (`ollama/*`) has none. */
  readonly deployments: readonly string[];
}

/** What an id stands for. */
export type FoundModel =
  /** One deployment when the id names one, otherwise all of the model; never empty. */
  | { readonly kind: "found"; readonly model: Model; readonly deployments: readonly Deployment[] }
  /** The nearest ids, at most three; may be empty. */
  | { readonly kind: "not_found"; readonly nearest: readonly string[] };

/** All that is known of models, deployments and pools; frozen. */
export interface Catalog {
  readonly models: readonly Model[];
  readonly deployments: readonly Deployment[];
  readonly pools: readonly Pool[];
  /** Model of requests that name none; undefined: no provider is on. */
  readonly defaultModel: string | undefined;
  /** Tiers set while running, by provider, model or deployment. */
  readonly tiers: ReadonlyMap<string, Tier>;
  /** Looks up `provider/model` or `provider/model#deployment`. */
  find(id: string): FoundModel;
  /** The pool by its id; undefined when there is none. */
  pool(id: string): Pool | undefined;
}
