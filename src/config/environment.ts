import { timesThousand } from "./money.ts";
import { type Path, pathKey } from "./path.ts";
import { PROVIDER_TYPES } from "./schema/provider-schema.ts";
import type { Environment } from "./substitute.ts";
import { emptyTree, setAt, type Tree } from "./tree.ts";

/** What the environment sets, as if it were a file, and which variable set what. */
export interface EnvironmentReading {
  readonly tree: Tree;
  /** The variable behind each value, by {@link pathKey}. */
  readonly variables: ReadonlyMap<string, string>;
}

/** One setting of the environment: the first variable that is set counts. */
export interface EnvironmentSetting {
  readonly variables: readonly string[];
  readonly paths: readonly (readonly string[])[];
  /** From the variable's text to the text that the file would have. */
  readonly convert?: (text: string) => string;
}

const GENERAL: readonly EnvironmentSetting[] = [
  { variables: ["LLM_FALLBACK_STRATEGY"], paths: [["routing", "strategy"]] },
  { variables: ["LLM_MAX_FALLBACK_ATTEMPTS"], paths: [["routing", "max_attempts"]] },
  { variables: ["LLM_DEFAULT_TEMPERATURE"], paths: [["defaults", "temperature"]] },
  { variables: ["LLM_DEFAULT_MAX_TOKENS"], paths: [["defaults", "max_output_tokens"]] },
  { variables: ["LLM_ENABLE_CACHING"], paths: [["cache", "enabled"]] },
  { variables: ["LLM_LOG_REQUESTS"], paths: [["telemetry", "log_requests"]] },
  { variables: ["LLM_MAX_COST_PER_REQUEST"], paths: [["budgets", "per_request_usd"]] },
  { variables: ["LLM_DAILY_COST_LIMIT"], paths: [["budgets", "daily_usd"]] },
  { variables: ["LLM_MONTHLY_COST_LIMIT"], paths: [["budgets", "monthly_usd"]] },
  { variables: ["LLM_COST_TRACKING"], paths: [["budgets", "track_costs"]] },
  { variables: ["LLM_BUDGET_ALERT_THRESHOLD"], paths: [["budgets", "alert_threshold"]] },
  { variables: ["HEADWAY_ADMIN_TOKEN"], paths: [["admin_token"]] },
  { variables: ["HEADWAY_GRPC_ADDRESS"], paths: [["listen", "grpc"]] },
  { variables: ["HEADWAY_HTTP_ADDRESS"], paths: [["listen", "http"]] },
  { variables: ["HEADWAY_STORAGE_PATH"], paths: [["storage", "path"]] },
  {
    variables: ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    paths: [["telemetry", "otlp_endpoint"]],
  },
  { variables: ["OTEL_SERVICE_NAME"], paths: [["telemetry", "service_name"]] },
];

/** Settings of one provider by the end of the variable's name; the beginning is the provider's name. */
const PROVIDER: readonly {
  suffix: string;
  keys: readonly (readonly string[])[];
  convert?: (text: string) => string;
}[] = [
  { suffix: "API_KEY", keys: [["api_key"]] },
  { suffix: "MODEL", keys: [["model"]] },
  { suffix: "ENABLED", keys: [["enabled"]] },
  { suffix: "TIMEOUT", keys: [["timeout"]], convert: secondsToDuration },
  { suffix: "BASE_URL", keys: [["base_url"]] },
  { suffix: "TIER", keys: [["tier"]] },
  { suffix: "RATE_LIMIT_RPM", keys: [["limits", "rpm"]] },
  { suffix: "RATE_LIMIT_TPM", keys: [["limits", "tpm"]] },
  {
    suffix: "COST_PER_1K_TOKENS",
    keys: [
      ["price", "input_per_million_usd"],
      ["price", "output_per_million_usd"],
    ],
    convert: timesThousand,
  },
  { suffix: "PRIORITY", keys: [["priority"]] },
  { suffix: "MAX_RETRIES", keys: [["max_retries"]] },
  { suffix: "RETRY_DELAY", keys: [["retry_delay"]], convert: secondsToDuration },
];

/** Providers that are there without being listed; their names are their types. */
export const BUILT_IN_PROVIDERS = PROVIDER_TYPES.filter((type) => type !== "openai_compatible");

/** The beginning of a provider's variables: `my-llm` has `MY_LLM_API_KEY` and so on. */
export function variablePrefix(providerName: string): string {
  return `${providerName.toUpperCase().replaceAll("-", "_")}_`;
}

/** All settings that variables can make, for the providers given by name. */
export function environmentSettings(providerNames: Iterable<string>): EnvironmentSetting[] {
  const ofProviders = [...providerNames].flatMap((name) =>
    PROVIDER.map(({ suffix, keys, convert }) => ({
      variables: [`${variablePrefix(name)}${suffix}`, ...alternatives(name, suffix)],
      paths: keys.map((key) => ["providers", name, ...key]),
      ...(convert === undefined ? {} : { convert }),
    })),
  );
  const ollamaHost = {
    variables: ["OLLAMA_HOST"],
    paths: [["providers", "ollama", "base_url"]],
    convert: hostToUrl,
  };
  return [...GENERAL, ...ofProviders, ollamaHost];
}

/** Reads the environment. An empty variable counts as not set. */
export function readEnvironment(
  environment: Environment,
  providerNames: Iterable<string>,
): EnvironmentReading {
  const tree = emptyTree();
  const variables = new Map<string, string>();
  for (const { variables: names, paths, convert } of environmentSettings(providerNames)) {
    const name = names.find((candidate) => (environment[candidate] ?? "").trim() !== "");
    if (name === undefined) continue;
    const text = (environment[name] ?? "").trim();
    for (const path of paths) {
      if (variables.has(pathKey(path))) continue;
      setAt(tree, path, convert === undefined ? text : convert(text));
      variables.set(pathKey(path as Path), name);
    }
  }
  return { tree, variables };
}

function alternatives(providerName: string, suffix: string): string[] {
  return providerName === "gemini" && suffix === "API_KEY" ? ["GOOGLE_API_KEY"] : [];
}

/** These variables have long been written as plain seconds elsewhere; in the file a unit is asked for. */
function secondsToDuration(text: string): string {
  return /^\d+(\.\d+)?$/.test(text) ? `${text}s` : text;
}

/** `OLLAMA_HOST` is what its server listens on: `host`, `host:port` or a URL; 0.0.0.0 is reached as 127.0.0.1. */
function hostToUrl(text: string): string {
  const parsed = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (parsed === null) return text;
  if (parsed.port === "" && !text.includes("://")) parsed.port = "11434";
  if (parsed.hostname === "0.0.0.0") parsed.hostname = "127.0.0.1";
  if (parsed.hostname === "[::]") parsed.hostname = "[::1]";
  return parsed.href;
}
