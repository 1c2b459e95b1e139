import type {
  BudgetsConfig,
  Config,
  RoutingConfig,
  SchedulerConfig,
  Spacing,
  StorageConfig,
  TelemetryConfig,
  TenantConfig,
} from "../config.ts";
import { deepFreeze } from "../deep-freeze.ts";
import type { ParsedConfig } from "../schema/config-schema.ts";
import { resolveAmounts, resolveLimits, resolvePrice } from "./limits.ts";
import { resolveProvider } from "./providers.ts";

/** From the file's names to ours, with units; `listed` are the providers that file or environment speak of. */
export function resolveConfig(parsed: ParsedConfig, listed: ReadonlySet<string>): Config {
  return deepFreeze<Config>({
    tier: parsed.tier,
    providers: Object.entries(parsed.providers).map(([name, provider]) =>
      resolveProvider(name, provider, { tier: parsed.tier, listed: listed.has(name) }),
    ),
    routing: resolveRouting(parsed.routing),
    defaults: {
      temperature: parsed.defaults.temperature,
      maxOutputTokens: parsed.defaults.max_output_tokens,
    },
    scheduler: resolveScheduler(parsed.scheduler),
    budgets: resolveBudgets(parsed.budgets),
    prices: { refreshMs: parsed.prices.refresh, url: parsed.prices.url },
    alerts: {
      webhooks: parsed.alerts.webhooks,
      rateLimitHits: parsed.alerts.rate_limit_hits,
      errorRate: parsed.alerts.error_rate,
      unusualSpendingNanoUsd: parsed.alerts.unusual_spending_usd,
    },
    cache: {
      enabled: parsed.cache.enabled,
      ttlMs: parsed.cache.ttl,
      maxEntryCount: parsed.cache.max_entries,
      maxBytes: parsed.cache.max_bytes,
    },
    storage: resolveStorage(parsed.storage),
    telemetry: resolveTelemetry(parsed.telemetry),
    listen: {
      grpc: parsed.listen.grpc,
      http: parsed.listen.http,
      maxMessageBytes: parsed.listen.max_message_bytes,
      drainTimeoutMs: parsed.listen.drain_timeout,
    },
    adminToken: parsed.admin_token,
    tenants: Object.entries(parsed.tenants).map(([name, tenant]) => resolveTenant(name, tenant)),
  });
}

function resolveRouting(parsed: ParsedConfig["routing"]): RoutingConfig {
  return {
    defaultModel: parsed.default_model,
    fallbackModels: parsed.fallback_models,
    strategy: parsed.strategy,
    maxAttemptCount: parsed.max_attempts,
    contextStrategy: parsed.context_strategy,
    taskModels: Object.entries(parsed.task_models).map(([taskType, model]) => ({ taskType, model })),
    weights: Object.entries(parsed.weights).map(([model, weight]) => ({ model, weight })),
    experiments: Object.entries(parsed.experiments).map(([name, { task_type, split_by, arms }]) => ({
      name,
      taskType: task_type,
      splitBy:
        split_by === "request_id"
          ? { kind: "request_id" }
          : { kind: "tag", tag: split_by.slice("tag:".length) },
      arms: Object.entries(arms).map(([arm, { model, weight }]) => ({ name: arm, model, weight })),
    })),
    hedge: parsed.hedge,
  };
}

function resolveScheduler(parsed: ParsedConfig["scheduler"]): SchedulerConfig {
  return {
    safetyMargin: parsed.safety_margin,
    tokenMarginPercent: parsed.token_margin_percent,
    guardMs: parsed.guard,
    spacing: resolveSpacing(parsed.spacing),
    maxWaitMs: parsed.max_wait,
    maxQueueLength: parsed.max_queue,
    maxQueuedTokens: parsed.max_queued_tokens,
    leaseDurationMs: parsed.lease_duration,
    agingMs: parsed.aging,
  };
}

function resolveSpacing(parsed: ParsedConfig["scheduler"]["spacing"]): Spacing {
  return typeof parsed === "string" ? { kind: parsed } : { kind: "burst", count: parsed.burst };
}

function resolveBudgets(parsed: ParsedConfig["budgets"]): BudgetsConfig {
  const thresholds =
    typeof parsed.alert_threshold === "number" ? [parsed.alert_threshold] : parsed.alert_threshold;
  return {
    ...resolveAmounts(parsed),
    scopes: parsed.scopes.map((scope) => ({
      provider: scope.provider,
      model: scope.model,
      tenant: scope.tenant,
      tag: scope.tag === undefined ? undefined : resolveTag(scope.tag),
      ...resolveAmounts(scope),
    })),
    alertThresholds: [...new Set(thresholds)].sort((left, right) => left - right),
    onExceed: parsed.on_exceed,
    timeZone: parsed.time_zone,
    assumedPrice: resolvePrice(parsed.assume_price),
    trackCosts: parsed.track_costs,
  };
}

function resolveTag(text: string): { readonly name: string; readonly value: string | undefined } {
  const split = text.indexOf("=");
  return split < 0
    ? { name: text, value: undefined }
    : { name: text.slice(0, split), value: text.slice(split + 1) };
}

const DEFAULT_RETENTION_MS = 90 * 86_400_000;

function resolveStorage(parsed: ParsedConfig["storage"]): StorageConfig {
  if (parsed === "memory") return { path: undefined, retentionMs: DEFAULT_RETENTION_MS };
  return { path: parsed.path === "memory" ? undefined : parsed.path, retentionMs: parsed.retention };
}

function resolveTelemetry(parsed: ParsedConfig["telemetry"]): TelemetryConfig {
  const { langfuse } = parsed;
  return {
    otlpEndpoint: parsed.otlp_endpoint,
    serviceName: parsed.service_name,
    captureContent: parsed.capture_content,
    logLevel: parsed.log_level,
    logFormat: parsed.log_format,
    logRequests: parsed.log_requests,
    langfuse:
      langfuse === undefined
        ? undefined
        : { host: langfuse.host, publicKey: langfuse.public_key, secretKey: langfuse.secret_key },
  };
}

function resolveTenant(name: string, parsed: ParsedConfig["tenants"][string]): TenantConfig {
  return {
    name,
    token: parsed.token,
    weight: parsed.weight,
    models: parsed.models,
    limits: resolveLimits(parsed.limits),
    budgets: resolveAmounts(parsed.budgets),
  };
}
