import type {
  ConnectionConfig,
  DeploymentConfig,
  ModelConfig,
  ProviderConfig,
  ProviderType,
  Tier,
} from "../provider-config.ts";
import type { ParsedConfig } from "../schema/config-schema.ts";
import { PROVIDER_TYPES } from "../schema/provider-schema.ts";
import { resolveLimits, resolvePrice } from "./limits.ts";

type ParsedProvider = ParsedConfig["providers"][string];
type ParsedModel = NonNullable<ParsedProvider["models"]>[string];
type ParsedDeployment = NonNullable<ParsedProvider["deployments"]>[string];

const DEFAULT_PRIORITY = 10;
/** Echo answers nothing of use, so everything else comes before it. */
const ECHO_PRIORITY = 1_000;
const OLLAMA_BASE_URL = "http://127.0.0.1:11434";

/** The type that a provider's name stands for when none is written. */
export function impliedType(name: string): ProviderType | undefined {
  return PROVIDER_TYPES.find((type) => type === name);
}

/** A provider with everything that it leaves out. `listed`: see {@link ProviderConfig.listed}. */
export function resolveProvider(
  name: string,
  parsed: ParsedProvider,
  above: { readonly tier: Tier; readonly listed: boolean },
): ProviderConfig {
  const type = parsed.type ?? impliedType(name) ?? "openai_compatible";
  const connection = resolveConnection(parsed, undefined);
  // A local server needs no key that could tell whether it is there: being spoken of is what turns it on.
  const baseUrl = connection.baseUrl ?? (type === "ollama" && above.listed ? OLLAMA_BASE_URL : undefined);
  const complete = { ...connection, baseUrl };
  return {
    name,
    type,
    listed: above.listed,
    enabled: parsed.enabled,
    connection: complete,
    defaultModel: parsed.model,
    tier: parsed.tier ?? above.tier,
    priority: parsed.priority ?? (type === "echo" ? ECHO_PRIORITY : DEFAULT_PRIORITY),
    timeoutMs: parsed.timeout,
    firstTokenTimeoutMs: parsed.first_token_timeout,
    idleTimeoutMs: parsed.idle_timeout,
    maxRetryCount: parsed.max_retries,
    retryDelayMs: parsed.retry_delay,
    limits: resolveLimits(parsed.limits),
    price: resolvePrice(parsed.price),
    pool: parsed.pool,
    profile: parsed.profile,
    chargeAt: parsed.charge_at,
    refund: parsed.refund,
    models: Object.entries(parsed.models ?? {}).map(([model, settings]) => resolveModel(model, settings)),
    deployments: Object.entries(parsed.deployments ?? {}).map(([key, settings]) =>
      resolveDeployment(key, settings, complete),
    ),
  };
}

function resolveModel(name: string, parsed: ParsedModel): ModelConfig {
  return {
    name,
    upstreamModel: parsed.upstream_model,
    contextWindowTokens: parsed.context_window,
    maxOutputTokens: parsed.max_output_tokens,
    limits: resolveLimits(parsed.limits),
    price: resolvePrice(parsed.price),
    quality: parsed.quality,
    useCases: parsed.use_cases,
    capabilities: {
      tools: parsed.capabilities?.tools,
      images: parsed.capabilities?.images,
      jsonSchema: parsed.capabilities?.json_schema,
      streaming: parsed.capabilities?.streaming,
    },
    pool: parsed.pool,
    tier: parsed.tier,
  };
}

function resolveDeployment(
  name: string,
  parsed: ParsedDeployment,
  provider: ConnectionConfig,
): DeploymentConfig {
  return {
    name,
    connection: resolveConnection(parsed, provider),
    tier: parsed.tier,
    limits: resolveLimits(parsed.limits),
    models: parsed.models,
    pool: parsed.pool,
    profile: parsed.profile,
    chargeAt: parsed.charge_at,
    refund: parsed.refund,
  };
}

function resolveConnection(
  parsed: Pick<ParsedDeployment, "api_key" | "base_url" | "headers">,
  above: ConnectionConfig | undefined,
): ConnectionConfig {
  const headers = Object.entries(parsed.headers ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  const inherited = (above?.headers ?? []).filter(
    ({ name }) => !headers.some((header) => header.name.toLowerCase() === name.toLowerCase()),
  );
  return {
    apiKey: parsed.api_key ?? above?.apiKey,
    baseUrl: parsed.base_url ?? above?.baseUrl,
    headers: [...inherited, ...headers],
  };
}
