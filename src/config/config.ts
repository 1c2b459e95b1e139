import type { Secret } from "../core/secret.ts";
import type { LimitConfig, PriceConfig, ProviderConfig, Tier } from "./provider-config.ts";
import type { Address } from "./schema/network-kinds.ts";
import type { CONTEXT_STRATEGIES, STRATEGIES } from "./schema/routing-schema.ts";

/** In which order candidates are tried. */
export type Strategy = (typeof STRATEGIES)[number];

/** What becomes of a request that does not fit a model's context. */
export type ContextStrategy = (typeof CONTEXT_STRATEGIES)[number];

/** The whole configuration: read once, checked, deeply frozen. */
export interface Config {
  /** Tier of providers without their own. */
  readonly tier: Tier;
  /** Listed ones in the order of the file, then the built-in ones that are not listed. */
  readonly providers: readonly ProviderConfig[];
  readonly routing: RoutingConfig;
  readonly defaults: DefaultsConfig;
  readonly scheduler: SchedulerConfig;
  readonly budgets: BudgetsConfig;
  readonly prices: PricesConfig;
  readonly alerts: AlertsConfig;
  readonly cache: CacheConfig;
  readonly storage: StorageConfig;
  readonly telemetry: TelemetryConfig;
  readonly listen: ListenConfig;
  /** Undefined: AdminService refuses every call. */
  readonly adminToken: Secret | undefined;
  /** Empty: no token is asked for, and everyone is `default`. */
  readonly tenants: readonly TenantConfig[];
}

export interface RoutingConfig {
  /** Undefined: see `catalog/default-model.ts`. */
  readonly defaultModel: string | undefined;
  readonly fallbackModels: readonly string[];
  readonly strategy: Strategy;
  /** Most attempts of one request over all models; at least 1. */
  readonly maxAttemptCount: number;
  readonly contextStrategy: ContextStrategy;
  readonly taskModels: readonly { readonly taskType: string; readonly model: string }[];
  /** For the strategy `weighted`; a model that is not in it has 1. */
  readonly weights: readonly { readonly model: string; readonly weight: number }[];
  readonly experiments: readonly ExperimentConfig[];
  readonly hedge: HedgeConfig;
}

/** When a second candidate is called beside one that is slow. */
export interface HedgeConfig {
  /** For requests that do not say. */
  readonly enabled: boolean;
  /** The part of a deployment's recent calls that were faster than the time that is waited; 0.5 to 0.999. */
  readonly quantile: number;
}

/** An A/B experiment. */
export interface ExperimentConfig {
  readonly name: string;
  /** Undefined: all requests that name no model. */
  readonly taskType: string | undefined;
  /** The same value always meets the same arm. */
  readonly splitBy: { readonly kind: "request_id" } | { readonly kind: "tag"; readonly tag: string };
  /** At least two. */
  readonly arms: readonly { readonly name: string; readonly model: string; readonly weight: number }[];
}

/** Settings of requests that do not state their own; undefined: the provider's. */
export interface DefaultsConfig {
  readonly temperature: number | undefined;
  readonly maxOutputTokens: number | undefined;
}

export interface SchedulerConfig {
  /** Taken off every limit. */
  readonly safetyMargin: number;
  /** Taken off token limits besides; 0 to 90. */
  readonly tokenMarginPercent: number;
  readonly guardMs: number;
  readonly spacing: Spacing;
  readonly maxWaitMs: number;
  /** Most waiters of one pool. */
  readonly maxQueueLength: number;
  /** Undefined: no limit. */
  readonly maxQueuedTokens: number | undefined;
  readonly leaseDurationMs: number;
  /** After this wait a request moves up one priority level. */
  readonly agingMs: number;
}

/** How starts of one pool are kept apart. */
export type Spacing =
  | { readonly kind: "even" }
  | { readonly kind: "none" }
  /** So many may start at once. */
  | { readonly kind: "burst"; readonly count: number };

/** Spending limits by period, in nano-dollars; undefined: none; 0: nothing may be spent. */
export interface BudgetAmounts {
  readonly perRequestNanoUsd: bigint | undefined;
  readonly hourlyNanoUsd: bigint | undefined;
  readonly dailyNanoUsd: bigint | undefined;
  readonly weeklyNanoUsd: bigint | undefined;
  readonly monthlyNanoUsd: bigint | undefined;
}

/** A budget of the traffic to which all the set selectors apply. */
export interface ScopedBudget extends BudgetAmounts {
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly tenant: string | undefined;
  /** `value` undefined: a budget for each value of the tag on its own. */
  readonly tag: { readonly name: string; readonly value: string | undefined } | undefined;
}

export interface BudgetsConfig extends BudgetAmounts {
  readonly scopes: readonly ScopedBudget[];
  /** Parts of a budget, 0 to 1, ascending. */
  readonly alertThresholds: readonly number[];
  readonly onExceed: "refuse" | "downgrade";
  /** Of the calendar periods. */
  readonly timeZone: string;
  /** Price of models without a known one; undefined: they are refused where a budget applies. */
  readonly assumedPrice: PriceConfig | undefined;
  readonly trackCosts: boolean;
}

export interface PricesConfig {
  /** Undefined: price data are never fetched. */
  readonly refreshMs: number | undefined;
  /** Undefined: where their makers publish them. */
  readonly url: string | undefined;
}

export interface AlertsConfig {
  readonly webhooks: readonly WebhookConfig[];
  /** 429s of one provider within 5 minutes; at least 1. */
  readonly rateLimitHits: number;
  /** Part of failed calls of one provider within 5 minutes, above 0 to 1. */
  readonly errorRate: number;
  /** Least distance of an hour's spending from the usual. */
  readonly unusualSpendingNanoUsd: bigint;
}

/** Where alerts are posted. */
export interface WebhookConfig {
  readonly url: Secret;
  /** Undefined: what is posted is not signed. */
  readonly secret: Secret | undefined;
  readonly format: "json" | "slack";
}

export interface CacheConfig {
  readonly enabled: boolean;
  readonly ttlMs: number;
  readonly maxEntryCount: number;
  readonly maxBytes: number;
}

export interface StorageConfig {
  /** Undefined: nothing is kept (`memory`). */
  readonly path: string | undefined;
  readonly retentionMs: number;
}

export interface TelemetryConfig {
  /** Undefined: spans are not sent. */
  readonly otlpEndpoint: string | undefined;
  readonly serviceName: string;
  readonly captureContent: boolean;
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error" | "silent";
  readonly logFormat: "auto" | "json" | "pretty";
  readonly logRequests: boolean;
  readonly langfuse: LangfuseConfig | undefined;
}

export interface LangfuseConfig {
  readonly host: string;
  readonly publicKey: string;
  readonly secretKey: Secret;
}

export interface ListenConfig {
  readonly grpc: Address;
  readonly http: Address;
  readonly maxMessageBytes: number;
  readonly drainTimeoutMs: number;
}

/** A caller with its own token. */
export interface TenantConfig {
  readonly name: string;
  readonly token: Secret;
  readonly weight: number;
  /** Patterns with `*`; undefined: all models. */
  readonly models: readonly string[] | undefined;
  readonly limits: readonly LimitConfig[];
  readonly budgets: BudgetAmounts;
}
