import { describe, expect, test } from "vitest";
import { matchesModel } from "../../src/core/model-pattern.ts";
import { setupFrom } from "../config/config-from.ts";

describe("looking up a model", () => {
  const { catalog } = setupFrom(
    "providers: {openai: {deployments: {eu: {api_key: e}, us: {api_key: u, models: [gpt-4o]}}}}",
    {
      OPENAI_API_KEY: "k",
    },
  );
  test.each([
    ["openai/gpt-4o", ["openai/gpt-4o", "openai/gpt-4o#eu", "openai/gpt-4o#us"]],
    ["openai/gpt-4o-mini", ["openai/gpt-4o-mini", "openai/gpt-4o-mini#eu"]],
    ["openai/gpt-4o#us", ["openai/gpt-4o#us"]],
    ["ollama/anything:7b", ["ollama/anything:7b"]],
    ["echo/echo", ["echo/echo"]],
  ])("%s has the deployments %j", (id, ids) => {
    const found = catalog.find(id);
    expect(found.kind === "found" && found.deployments.map((deployment) => deployment.id)).toEqual(ids);
  });

  test.each([
    ["openai/gpt-4-mini", "openai/gpt-4o-mini"],
    ["openai/gpt-4o#uk", "openai/gpt-4o#us"],
    ["gpt-4o-mini", "openai/gpt-4o-mini"],
    ["opnai/gpt-4o", "openai/gpt-4o"],
    ["Openai/gpt-4o", "openai/gpt-4o"],
  ])("%s is not there, but %s is", (id, near) => {
    const found = catalog.find(id);
    expect(found.kind === "not_found" && found.nearest).toContain(near);
  });

  test.each([
    "",
    "/",
    "x",
    "ollama/",
    "ollama/a b",
    "ollama/a#b",
    "constructor",
    "__proto__",
    "nobody/nothing-like-it-here",
  ])("%j is not there and is like at most three", (id) => {
    const found = catalog.find(id);
    expect(found.kind === "not_found" && found.nearest.length <= 3).toBe(true);
  });

  test("an id of a megabyte is answered at once, without a search", () => {
    expect(catalog.find("a".repeat(1_000_000))).toEqual({ kind: "not_found", nearest: [] });
    expect(catalog.find(`ollama/${"a".repeat(1_000_000)}`)).toEqual({ kind: "not_found", nearest: [] });
  });
});

describe("what can be called", () => {
  test.each([
    [
      "no key",
      "",
      {},
      "openai/gpt-4o",
      "provider openai is not configured; set OPENAI_API_KEY",
      "OPENAI_API_KEY",
    ],
    ["key", "", { OPENAI_API_KEY: "k" }, "openai/gpt-4o", undefined, undefined],
    [
      "not on this tier",
      "tier: free",
      { OPENAI_API_KEY: "k" },
      "openai/gpt-4o",
      "openai/gpt-4o is not offered on tier free",
      undefined,
    ],
    [
      "own limits instead of the tier's",
      "{tier: free, providers: {openai: {models: {gpt-4o: {limits: {rpm: 3}}}}}}",
      { OPENAI_API_KEY: "k" },
      "openai/gpt-4o",
      undefined,
      undefined,
    ],
    [
      "switched off",
      "",
      { OPENAI_API_KEY: "k", OPENAI_ENABLED: "no" },
      "openai/gpt-4o",
      "provider openai is switched off; remove enabled: false from the file, or OPENAI_ENABLED from the environment",
      undefined,
    ],
    [
      "local without address",
      "",
      {},
      "ollama/x",
      "provider ollama is not configured; set OLLAMA_HOST",
      "OLLAMA_HOST",
    ],
    ["local", "providers: {ollama: }", {}, "ollama/x", undefined, undefined],
    ["echo", "", {}, "echo/echo", undefined, undefined],
  ])("%s", (_, yaml, environment, id, reason, missingVariable) => {
    const found = setupFrom(yaml, environment as Record<string, string>).catalog.find(id);
    expect(found.kind === "found" && found.deployments[0]).toMatchObject({
      configured: reason === undefined,
      reason,
      missingVariable,
    });
  });

  test("with only named deployments there is no further one without a key", () => {
    const { catalog } = setupFrom("providers: {openai: {deployments: {eu: {api_key: e}}}}");
    const found = catalog.find("openai/gpt-4o");
    expect(found.kind === "found" && found.deployments.map(({ id }) => id)).toEqual(["openai/gpt-4o#eu"]);
  });

  test("a deployment takes from the provider what it leaves out", () => {
    const yaml = `providers:
  openai:
    api_key: main
    base_url: http://main/v1
    headers: {X-Team: a, X-Keep: b}
    deployments: {eu: {base_url: "http://eu/v1", headers: {x-team: c}}}`;
    const found = setupFrom(yaml).catalog.find("openai/gpt-4o#eu");
    const connection = found.kind === "found" ? found.deployments[0]!.connection : undefined;
    expect([connection?.apiKey?.reveal(), connection?.baseUrl]).toEqual(["main", "http://eu/v1"]);
    expect(connection?.headers.map(({ name, value }) => `${name}=${value.reveal()}`)).toEqual([
      "X-Keep=b",
      "x-team=c",
    ]);
  });
});

describe("the model of requests that name none", () => {
  test.each([
    ["nothing configured", "", {}, "echo/echo"],
    ["a key", "", { GEMINI_API_KEY: "k" }, "gemini/gemini-2.5-flash-lite"],
    ["two keys", "", { GEMINI_API_KEY: "k", OPENAI_API_KEY: "k" }, "openai/gpt-4o-mini"],
    [
      "two keys and a priority",
      "",
      { GEMINI_API_KEY: "k", OPENAI_API_KEY: "k", GEMINI_PRIORITY: "1" },
      "gemini/gemini-2.5-flash-lite",
    ],
    ["its model", "", { OPENAI_API_KEY: "k", OPENAI_MODEL: "gpt-4o" }, "openai/gpt-4o"],
    ["a model that is not built in", "", { OPENAI_API_KEY: "k", OPENAI_MODEL: "gpt-99" }, "openai/gpt-99"],
    ["a local one", "", { OLLAMA_MODEL: "llama3" }, "ollama/llama3"],
    [
      "one not on this tier",
      "tier: free",
      { OPENAI_API_KEY: "k", OPENAI_MODEL: "gpt-4o" },
      "openai/gpt-4o-mini",
    ],
    ["named", "routing: {default_model: openai/gpt-5}", { GEMINI_API_KEY: "k" }, "openai/gpt-5"],
    ["all off", "", { ECHO_ENABLED: "false" }, undefined],
  ])("%s", (_, yaml, environment, model) => {
    expect(setupFrom(yaml, environment as Record<string, string>).catalog.defaultModel).toBe(model);
  });
});

test("what is configured replaces what is known of a model, and nothing else", () => {
  const yaml = `providers:
  openai:
    price: {input_per_million_usd: 3}
    models:
      gpt-4o: {context_window: 1000, quality: 2, capabilities: {images: false}, price: {output_per_million_usd: 0.25}}
      fast: {upstream_model: gpt-4o-mini}
  local: {type: openai_compatible, base_url: "http://h", models: {m: {max_output_tokens: 5}}}`;
  const { catalog } = setupFrom(yaml);
  const model = (id: string) => catalog.models.find((candidate) => candidate.id === id);
  expect(model("openai/gpt-4o")).toMatchObject({
    contextWindowTokens: 1_000,
    maxOutputTokens: 16_384,
    quality: 2,
    capabilities: { images: false, tools: true },
    price: { inputPerMillionNanoUsd: undefined, outputPerMillionNanoUsd: 250_000_000n },
  });
  expect(model("openai/fast")).toMatchObject({
    upstreamModel: "gpt-4o-mini",
    contextWindowTokens: 128_000,
    price: { inputPerMillionNanoUsd: 3_000_000_000n },
  });
  expect(catalog.pool("openai/fast")?.limits).toHaveLength(3);
  expect(model("local/m")).toMatchObject({
    contextWindowTokens: undefined,
    maxOutputTokens: 5,
    quality: 5,
    tierLimits: undefined,
  });
});

test("the catalog is frozen", () => {
  const { catalog } = setupFrom();
  expect(() => Object.assign(catalog.pools[0]!, { limits: [] })).toThrow(TypeError);
  expect(() => (catalog.models as unknown[]).push(1)).toThrow(TypeError);
  expect(() => Object.assign(catalog, { pools: [] })).toThrow(TypeError);
});

test.each([
  ["openai/*", "openai/gpt-4o", true],
  ["*", "a/b/c", true],
  ["openai/gpt-4*", "openai/gpt-4o-mini", true],
  ["openai/gpt-4o", "openai/gpt-4o-mini", false],
  ["openai/gpt-4.1", "openai/gpt-4x1", false],
  ["*/x", "openai/y", false],
])("pattern %s and model %s: %s", (pattern, id, expected) => {
  expect(matchesModel(pattern, id)).toBe(expected);
});
