// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { describeProviders } from "../../src/config/describe-providers.ts";
import { formatPath, valueAt } from "../../src/config/path.ts";
import { configFrom, problemLines, setupFrom } from "./config-from.ts";

const provider = (config: Config, name: string) =>
  config.providers.find((candidate) => candidate.name === name)!;

describe("with nothing configured", () => {
  test("echo is on, and each other provider says which variable turns it on", () => {
    expect(describeProviders(configFrom())).toEqual([
      { name: "openai", on: false, hint: "set OPENAI_API_KEY" },
      { name: "gemini", on: false, hint: "set GEMINI_API_KEY" },
      { name: "anthropic", on: false, hint: "set ANTHROPIC_API_KEY" },
      { name: "ollama", on: false, hint: "set OLLAMA_HOST" },
      { name: "echo", on: true, hint: undefined },
    ]);
  });

  test("the defaults are those of the design", () => {
    expect(configFrom()).toMatchObject({
      tier: "tier1",
      routing: {
        strategy: "smart_fallback",
        maxAttemptCount: 3,
        contextStrategy: "fallback",
        fallbackModels: [],
      },
      scheduler: {
        safetyMargin: 2,
        guardMs: 1_000,
        spacing: { kind: "even" },
        maxWaitMs: 300_000,
        maxQueueLength: 10_000,
        leaseDurationMs: 600_000,
      },
      budgets: { dailyNanoUsd: undefined, alertThresholds: [0.8], onExceed: "refuse", timeZone: "UTC" },
      storage: { path: "./data/headway.db", retentionMs: 7_776_000_000 },
      listen: { grpc: { host: "127.0.0.1", port: 50_051 }, http: { host: "127.0.0.1", port: 8_080 } },
      adminToken: undefined,
      tenants: [],
    });
  });

  test("empty sections and keys without a value count as not written", () => {
    expect(configFrom("tenants:\nproviders:\nrouting:\n  default_model:\nscheduler: {guard: }")).toEqual(
      configFrom(),
    );
  });
});

describe("environment without a file", () => {
  test.each([
    ["OPENAI_API_KEY", "k", (config: Config) => provider(config, "openai").connection.apiKey?.reveal(), "k"],
    ["GEMINI_API_KEY", "k", (config: Config) => provider(config, "gemini").connection.apiKey?.reveal(), "k"],
    ["GOOGLE_API_KEY", "k", (config: Config) => provider(config, "gemini").connection.apiKey?.reveal(), "k"],
    [
      "ANTHROPIC_API_KEY",
      "k",
      (config: Config) => provider(config, "anthropic").connection.apiKey?.reveal(),
      "k",
    ],
    [
      "OLLAMA_HOST",
      "box",
      (config: Config) => provider(config, "ollama").connection.baseUrl,
      "http://box:11434",
    ],
    [
      "OLLAMA_HOST",
      "0.0.0.0:1",
      (config: Config) => provider(config, "ollama").connection.baseUrl,
      "http://127.0.0.1:1",
    ],
    [
      "OLLAMA_HOST",
      "https://a/b/",
      (config: Config) => provider(config, "ollama").connection.baseUrl,
      "https://a/b",
    ],
    [
      "OLLAMA_ENABLED",
      "true",
      (config: Config) => provider(config, "ollama").connection.baseUrl,
      "http://127.0.0.1:11434",
    ],
    ["OPENAI_MODEL", "gpt-4o", (config: Config) => provider(config, "openai").defaultModel, "gpt-4o"],
    ["ECHO_ENABLED", "0", (config: Config) => provider(config, "echo").enabled, false],
    ["GEMINI_TIMEOUT", "45", (config: Config) => provider(config, "gemini").timeoutMs, 45_000],
    ["GEMINI_TIMEOUT", "500ms", (config: Config) => provider(config, "gemini").timeoutMs, 500],
    [
      "OPENAI_BASE_URL",
      "http://h/v1/",
      (config: Config) => provider(config, "openai").connection.baseUrl,
      "http://h/v1",
    ],
    ["ANTHROPIC_TIER", "paid", (config: Config) => provider(config, "anthropic").tier, "paid"],
    ["OPENAI_RATE_LIMIT_RPM", "7", (config: Config) => provider(config, "openai").limits[0]?.amount, 7],
    [
      "OPENAI_RATE_LIMIT_TPM",
      "9",
      (config: Config) => provider(config, "openai").limits[0]?.metric,
      "tokens",
    ],
    [
      "OPENAI_COST_PER_1K_TOKENS",
      "0.002",
      (config: Config) => provider(config, "openai").price?.inputPerMillionNanoUsd,
      2_000_000_000n,
    ],
    [
      "OPENAI_COST_PER_1K_TOKENS",
      "0.002",
      (config: Config) => provider(config, "openai").price?.outputPerMillionNanoUsd,
      2_000_000_000n,
    ],
    ["OLLAMA_PRIORITY", "1", (config: Config) => provider(config, "ollama").priority, 1],
    ["OPENAI_MAX_RETRIES", "0", (config: Config) => provider(config, "openai").maxRetryCount, 0],
    ["OPENAI_RETRY_DELAY", "2", (config: Config) => provider(config, "openai").retryDelayMs, 2_000],
    [
      "LLM_FALLBACK_STRATEGY",
      "COST_OPTIMIZED",
      (config: Config) => config.routing.strategy,
      "cost_optimized",
    ],
    ["LLM_MAX_FALLBACK_ATTEMPTS", "5", (config: Config) => config.routing.maxAttemptCount, 5],
    ["LLM_DEFAULT_TEMPERATURE", "0.7", (config: Config) => config.defaults.temperature, 0.7],
    ["LLM_DEFAULT_MAX_TOKENS", "900", (config: Config) => config.defaults.maxOutputTokens, 900],
    ["LLM_ENABLE_CACHING", "yes", (config: Config) => config.cache.enabled, true],
    ["LLM_LOG_REQUESTS", "on", (config: Config) => config.telemetry.logRequests, true],
    ["LLM_MAX_COST_PER_REQUEST", "0.05", (config: Config) => config.budgets.perRequestNanoUsd, 50_000_000n],
    ["LLM_DAILY_COST_LIMIT", "10", (config: Config) => config.budgets.dailyNanoUsd, 10_000_000_000n],
    ["LLM_MONTHLY_COST_LIMIT", "10", (config: Config) => config.budgets.monthlyNanoUsd, 10_000_000_000n],
    ["LLM_COST_TRACKING", "false", (config: Config) => config.budgets.trackCosts, false],
    ["LLM_BUDGET_ALERT_THRESHOLD", "0.9", (config: Config) => config.budgets.alertThresholds, [0.9]],
    ["HEADWAY_ADMIN_TOKEN", "t", (config: Config) => config.adminToken?.reveal(), "t"],
    ["HEADWAY_GRPC_ADDRESS", "[::1]:1", (config: Config) => config.listen.grpc, { host: "::1", port: 1 }],
    ["HEADWAY_HTTP_ADDRESS", "a:2", (config: Config) => config.listen.http, { host: "a", port: 2 }],
    ["HEADWAY_STORAGE_PATH", "memory", (config: Config) => config.storage.path, undefined],
    [
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      "http://c:4317",
      (config: Config) => config.telemetry.otlpEndpoint,
      "http://c:4317",
    ],
    [
      "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
      "http://c:1",
      (config: Config) => config.telemetry.otlpEndpoint,
      "http://c:1",
    ],
    ["OTEL_SERVICE_NAME", "mine", (config: Config) => config.telemetry.serviceName, "mine"],
  ] as const)("%s=%s", (variable, value, read, expected) => {
    expect(read(configFrom("", { [variable]: value }))).toEqual(expected);
  });

  test.each([
    ["OPENAI_TIMEOUT", "soon", /^OPENAI_TIMEOUT: "soon" is not a duration/],
    ["OPENAI_TIMEOUT", "30000", /^OPENAI_TIMEOUT: "30000s" is out of range; write from 1ms to 1h/],
    ["OPENAI_COST_PER_1K_TOKENS", "cheap", /^OPENAI_COST_PER_1K_TOKENS: "cheap" is not an amount/],
    ["LLM_BUDGET_ALERT_THRESHOLD", "80", /^LLM_BUDGET_ALERT_THRESHOLD: "80" is not a number from 0 to 1/],
    ["OLLAMA_HOST", "http://", /^OLLAMA_HOST: .* is not an address/],
    ["HEADWAY_GRPC_ADDRESS", "x", /^HEADWAY_GRPC_ADDRESS: "x" is not host:port/],
  ])("%s=%s is one problem that names the variable", (variable, value, line) => {
    const lines = problemLines("", { [variable]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(line);
  });

  test("an empty variable counts as not set", () => {
    expect(configFrom("", { OPENAI_API_KEY: "", LLM_MAX_FALLBACK_ATTEMPTS: " " })).toEqual(configFrom());
  });
});

describe("file and environment together", () => {
  test("what the file sets counts, the environment fills in the rest", () => {
    const yaml = "providers: {openai: {tier: tier2, limits: {rpm: 5}}, my-llm: {type: openai_compatible}}";
    const config = configFrom(yaml, {
      OPENAI_TIER: "paid",
      OPENAI_API_KEY: "k",
      OPENAI_RATE_LIMIT_RPM: "99",
      OPENAI_RATE_LIMIT_TPM: "1000",
      MY_LLM_BASE_URL: "http://h:1/v1",
      ANTHROPIC_API_KEY: "a",
    });
    expect(provider(config, "openai")).toMatchObject({
      tier: "tier2",
      limits: [{ amount: 5 }, { amount: 1_000 }],
    });
    expect(provider(config, "openai").connection.apiKey?.reveal()).toBe("k");
    expect(provider(config, "my-llm").connection.baseUrl).toBe("http://h:1/v1");
    expect(provider(config, "anthropic").connection.apiKey?.reveal()).toBe("a");
    expect(config.providers.map(({ name }) => name)).toEqual([
      "openai",
      "my-llm",
      "anthropic",
      "gemini",
      "ollama",
      "echo",
    ]);
  });

  test("substituted text becomes a number or a truth value where one is wanted", () => {
    const yaml =
      "providers: {openai: {api_key: '${KEY}', enabled: '${ON}', priority: '${P:-3}', timeout: '${T}s'}}";
    const config = configFrom(yaml, { KEY: "123", ON: "false", T: "9" });
    expect(provider(config, "openai")).toMatchObject({ enabled: false, priority: 3, timeoutMs: 9_000 });
    expect(provider(config, "openai").connection.apiKey?.reveal()).toBe("123");
  });
});

test("limits in short form and as a list", () => {
  const config = configFrom(`providers:
  openai: {limits: {rpm: 60, tpd: 5, concurrent: 3, tpm: -1}}
  gemini: {limits: [{metric: requests, window: 5s, amount: 20}, {metric: tokens, window: 1d, amount: 9, time_zone: UTC}]}`);
  expect(provider(config, "openai").limits).toEqual([
    { metric: "requests", windowMs: 60_000, amount: 60, day: "rolling" },
    { metric: "tokens", windowMs: 60_000, amount: undefined, day: "rolling" },
    { metric: "tokens", windowMs: 86_400_000, amount: 5, day: "provider" },
    { metric: "concurrent", windowMs: 0, amount: 3, day: "rolling" },
  ]);
  expect(provider(config, "gemini").limits).toEqual([
    { metric: "requests", windowMs: 5_000, amount: 20, day: "rolling" },
    { metric: "tokens", windowMs: 86_400_000, amount: 9, day: { timeZone: "UTC" } },
  ]);
});

test.each([
  ["Asia/Kolkata", "Asia/Kolkata"],
  ["US/Pacific", "US/Pacific"],
  ["europe/berlin", "Europe/Berlin"],
  ["+05:30", "+05:30"],
])("the time zone %s keeps its name", (written, shown) => {
  expect(configFrom(`budgets: {time_zone: ${JSON.stringify(written)}}`).budgets.timeZone).toBe(shown);
});

test("forms that a key can have", () => {
  expect(configFrom("scheduler: {spacing: {burst: 4}}").scheduler.spacing).toEqual({
    kind: "burst",
    count: 4,
  });
  expect(configFrom("scheduler: {spacing: none}").scheduler.spacing).toEqual({ kind: "none" });
  expect(configFrom("storage: memory").storage).toEqual({ path: undefined, retentionMs: 7_776_000_000 });
  expect(configFrom("budgets: {alert_threshold: [0.9, 0.5, 0.9]}").budgets.alertThresholds).toEqual([
    0.5, 0.9,
  ]);
  expect(configFrom("budgets: {scopes: [{tag: team=a}, {tag: user}]}").budgets.scopes).toMatchObject([
    { tag: { name: "team", value: "a" } },
    { tag: { name: "user", value: undefined } },
  ]);
});

test("the result is frozen throughout and shows no secret", () => {
  const yaml = `providers: {openai: {api_key: sk-hidden, headers: {Authorization: Bearer sk-hidden}, models: {gpt-4o: {limits: {rpm: 5}}}}}
admin_token: sk-hidden
tenants: {a: {token: sk-hidden2}}
telemetry: {langfuse: {host: "http://l", public_key: pk, secret_key: sk-hidden}}`;
  const config = configFrom(yaml);
  expect(thawed(config)).toEqual([]);
  const bigintSafe = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
  expect(inspect(config, { depth: 20, showHidden: true }) + JSON.stringify(config, bigintSafe)).not.toContain(
    "sk-hidden",
  );
});

/** Paths of everything that could still be changed. */
function thawed(value: unknown, path: (string | number)[] = []): string[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.keys(value).flatMap((key) => thawed(valueAt(value, [key]), [...path, key]));
  return Object.isFrozen(value) ? below : [formatPath(path), ...below];
}

describe("warnings", () => {
  test.each([
    [
      "open to the network",
      "listen: {grpc: '0.0.0.0:50051'}",
      {},
      /listening on 0.0.0.0:50051 without tenants/,
    ],
    ["budget in memory", "storage: memory\nbudgets: {daily_usd: 5}", {}, /forgotten at a restart/],
    ["budget without tracking", "budgets: {daily_usd: 5, track_costs: false}", {}, /do not hold/],
    [
      "budget of a tenant without tracking",
      "budgets: {track_costs: false}\ntenants: {a: {token: secret, budgets: {per_request_usd: 1}}}",
      {},
      /do not hold/,
    ],
    ["content", "telemetry: {capture_content: true}", {}, /prompts and answers/],
    [
      "fallback that never is",
      "routing: {strategy: fail_fast, fallback_models: [echo/echo]}",
      {},
      /never used/,
    ],
    [
      "limit within the margin",
      "providers: {openai: {models: {gpt-4o: {limits: {rpm: 2}}}}}",
      { OPENAI_API_KEY: "k" },
      /pool openai\/gpt-4o: its limit of 2 requests per minute/,
    ],
    [
      "unknown limits",
      "providers: {openai: {models: {new-model: {}}}}",
      { OPENAI_API_KEY: "k" },
      /openai\/new-model: its limits are not known/,
    ],
    [
      "not offered",
      "routing: {default_model: openai/gpt-4o}",
      { OPENAI_API_KEY: "k", OPENAI_TIER: "free" },
      /openai\/gpt-4o is not offered on tier free/,
    ],
  ])("%s", (_, yaml, environment, warning) => {
    const { warnings } = setupFrom(yaml, environment);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(warning);
  });

  test("none where there is nothing to warn of", () => {
    expect(
      setupFrom("listen: {grpc: '0.0.0.0:1', http: '[::1]:1'}\ntenants: {a: {token: t}}").warnings,
    ).toEqual([]);
  });
});

test("the example is valid", () => {
  const yaml = readFileSync(new URL("../../examples/headway.yaml", import.meta.url), "utf8");
  const { catalog, warnings } = setupFrom(yaml, { OPENAI_API_KEY: "k", SEARCH_TOKEN: "t" });
  expect(warnings).toEqual([]);
  expect(catalog.find("local/tiny").kind).toBe("found");
});
