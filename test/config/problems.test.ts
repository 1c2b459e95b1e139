// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/catalog/check-config.ts";
import { configSchema } from "../../src/config/schema/config-schema.ts";
import { schemaPaths } from "../../src/config/schema/schema-node.ts";
import type { Environment } from "../../src/config/substitute.ts";
import { problemLines } from "./config-from.ts";

describe("every problem says where, what and the way out", () => {
  test.each([
    [
      "unknown key",
      "providers:\n  openai:\n    timout: 3s",
      "headway.yaml:3: providers.openai.timout: unknown key; did you mean timeout?",
    ],
    ["unknown section", "rooting: {}", "headway.yaml:1: rooting: unknown key; did you mean routing?"],
    [
      "no number",
      "routing: {max_attempts: many}",
      'headway.yaml:1: routing.max_attempts: "many" is not a whole number; write one from 1 to 100',
    ],
    [
      "out of range",
      "routing:\n  max_attempts: 0",
      "headway.yaml:2: routing.max_attempts: 0 is out of range; write a number from 1 to 100",
    ],
    [
      "no unit",
      "scheduler: {guard: 1}",
      "headway.yaml:1: scheduler.guard: 1 is not a duration; write a number with a unit: 500ms, 30s, 5m, 2h or 1d",
    ],
    [
      "too long",
      "scheduler: {guard: 2h}",
      'headway.yaml:1: scheduler.guard: "2h" is out of range; write from 0ms to 1m',
    ],
    [
      "wrong word",
      "routing: {strategy: smart}",
      /routing.strategy: "smart" is not one of smart_fallback, .*balanced/,
    ],
    [
      "near word",
      "tier: tear1",
      'headway.yaml:1: tier: "tear1" is not one of free, tier1, tier2, paid; did you mean tier1?',
    ],
    [
      "list for a map",
      "providers: [openai]",
      "headway.yaml:1: providers: must hold keys and values below it, as {key: value}",
    ],
    [
      "map for a list",
      "routing: {fallback_models: openai/gpt-4o}",
      "headway.yaml:1: routing.fallback_models: must be a list, as [first, second]",
    ],
    [
      "required key of a list's entry without a value",
      'alerts: {webhooks: [{url: "${NOPE:-}"}]}',
      "headway.yaml:1: alerts.webhooks[0].url: missing; this key must be set",
    ],
    [
      "limit of zero",
      "providers: {openai: {limits: {rpm: 0}}}",
      /limits.rpm: 0 would never let a call start; write -1 for unlimited/,
    ],
    [
      "listed limit without amount",
      "providers: {openai: {limits: [{metric: requests, window: 5s}]}}",
      /limits\[0\].amount: missing/,
    ],
    [
      "listed limit without window",
      "providers: {openai: {limits: [{metric: requests, amount: 5}]}}",
      /limits\[0\].window: missing; write for instance 60s/,
    ],
    [
      "zone without a day",
      "tenants: {a: {token: t, limits: [{metric: tokens, window: 1h, amount: 5, time_zone: UTC}]}}",
      /tenants.a.limits\[0\].time_zone: only a window of 1d/,
    ],
    ["time zone", "budgets: {time_zone: Mars/Base}", /"Mars\/Base" is not a time zone/],
    [
      "fine money",
      "budgets: {daily_usd: 0.0000000001}",
      /budgets.daily_usd: 1e-10 is not an amount in US dollars/,
    ],
    [
      "address",
      "listen: {grpc: 50051}",
      "headway.yaml:1: listen.grpc: 50051 is not host:port; write for instance 127.0.0.1:50051 or [::1]:50051",
    ],
    [
      "base URL",
      "providers: {x: {type: openai_compatible, base_url: localhost}}",
      /providers.x.base_url: "localhost" is not an address/,
    ],
    ["no type", "providers: {mine: {}}", /providers.mine.type: missing; write one of openai, gemini/],
    [
      "no base URL",
      "providers: {mine: {type: openai_compatible}}",
      /providers.mine.base_url: missing; .* or set MINE_BASE_URL/,
    ],
    [
      "provider's name",
      'providers: {"a/b": {type: openai}}',
      /providers.a\/b: the name is no name; use letters, digits, - and _/,
    ],
    [
      "missing variable",
      "providers:\n  openai:\n    api_key: ${NOPE}",
      "headway.yaml:3: providers.openai.api_key: the variable NOPE is not set; set it, or write ${NOPE:-} to go without",
    ],
    [
      "two tenants, one token",
      "tenants: {a: {token: t}, b: {token: t}}",
      /tenants.b.token: the same as that of tenant a; each needs its own/,
    ],
    [
      "tenant without token",
      "tenants: {a: {}}",
      "headway.yaml:1: tenants.a.token: missing; this key must be set",
    ],
    [
      "one arm",
      "routing: {experiments: {e: {arms: {a: {model: echo/echo}}}}}",
      /routing.experiments.e.arms: an experiment needs at least two arms/,
    ],
    [
      "unknown model",
      "routing:\n  default_model: openai/gpt-4-mini",
      /headway.yaml:2: routing.default_model: there is no model openai\/gpt-4-mini; did you mean openai\/gpt-4o-mini or .*providers.openai.models/,
    ],
    [
      "unknown tenant of a scope",
      "budgets: {scopes: [{tenant: x, daily_usd: 1}]}",
      /budgets.scopes\[0\].tenant: there is no tenant x; known: default/,
    ],
    [
      "pattern without a model",
      "tenants: {a: {token: t, models: [opnai/*]}}",
      /tenants.a.models\[0\]: no model fits opnai\/\*/,
    ],
    ["broken YAML", "tier: [", /headway.yaml:1: this is not valid YAML/],
    [
      "twice the same key",
      "tier: tier1\ntier: tier2",
      /headway.yaml:2: this is not valid YAML: Map keys must be unique/,
    ],
    ["no map at all", "hello", "headway.yaml:1: the file must hold keys and values, as tier: tier1"],
  ])("%s", (_, yaml, line) => {
    const lines = problemLines(yaml);
    expect(lines).toHaveLength(1);
    if (typeof line === "string") expect(lines[0]).toBe(line);
    else expect(lines[0]).toMatch(line);
  });
});

test("all problems come at once, in the order of the file, those of the environment last", () => {
  const yaml = `tier: best
providers:
  openai: {timout: 3s, api_key: "\${NOPE}"}
  mine: {}
routing:
  default_model: gemini/gemini-9
  max_attempts: x
budgets: {alert_threshold: [0.5, 5]}`;
  const subjects = problemLines(yaml, { OPENAI_TIER: "gold" }).map((line) =>
    line.split(": ").slice(0, 2).join(" "),
  );
  expect(subjects).toEqual([
    "headway.yaml:1 tier",
    "headway.yaml:3 providers.openai.api_key",
    "headway.yaml:3 providers.openai.timout",
    "headway.yaml:4 providers.mine.type",
    "headway.yaml:6 routing.default_model",
    "headway.yaml:7 routing.max_attempts",
    "headway.yaml:8 budgets.alert_threshold[1]",
    'OPENAI_TIER "gold" is not one of free, tier1, tier2, paid',
  ]);
});

describe("no secret in a message", () => {
  test.each<[string, string, Environment?]>([
    ["key with a space", "providers: {openai: {api_key: 'sk-hidden x'}}"],
    ["key that is a list", "providers: {openai: {api_key: [sk-hidden]}}"],
    ["credentials in an address", "providers: {openai: {base_url: 'http://me:sk-hidden@host/v1'}}"],
    ["substituted into another key", "providers: {openai: {timeout: '${KEY}'}}"],
    ["key that YAML takes for a number", "providers: {openai: {api_key: 0451e9}}"],
    ["header with a line break", 'providers: {openai: {headers: {A: "sk-hidden\\nx"}}}'],
    ["token twice", "tenants: {a: {token: sk-hidden}, b: {token: sk-hidden}}"],
    ["variable with a space", "tier: tier1", { OPENAI_API_KEY: "sk-hidden x" }],
  ])("%s", (_, yaml, environment = {}) => {
    const lines = problemLines(yaml, { KEY: "sk-hidden", ...environment });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("sk-hidden");
  });
});

test("deep, wide and self-referring files end in a problem, not in a crash", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 9; level++) {
    const above = String.fromCharCode(96 + level);
    bomb.push(
      `${String.fromCharCode(97 + level)}: &${String.fromCharCode(97 + level)} [${Array(10).fill(`*${above}`).join(", ")}]`,
    );
  }
  expect(problemLines(bomb.join("\n")).join()).toMatch(/too large or too deep/);
  expect(problemLines(`tier: ${"[".repeat(500)}${"]".repeat(500)}`)).not.toEqual([]);
  expect(problemLines("a: &a [*a]")).not.toEqual([]);
  expect(problemLines("__proto__: {x: 1}\nconstructor: 1").join()).toMatch(/__proto__: unknown key/);
});

test("whatever stands at whatever key, the check answers and does not throw", () => {
  const paths = schemaPaths(configSchema).map((path) =>
    path.replaceAll("*", "openai").replaceAll("[]", ".0").split("."),
  );
  const anywhere = fc.constantFrom(...paths);
  fc.assert(
    fc.property(fc.array(fc.tuple(anywhere, fc.jsonValue()), { maxLength: 4 }), (settings) => {
      const tree: Record<string, unknown> = {};
      for (const [path, value] of settings) {
        let place = tree;
        for (const key of path.slice(0, -1)) {
          if (typeof place[key] !== "object" || place[key] === null) place[key] = {};
          place = place[key] as Record<string, unknown>;
        }
        place[path.at(-1)!] = value;
      }
      const checked = checkConfig(JSON.stringify(tree), {});
      expect(checked.kind === "valid" || checked.problems.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
