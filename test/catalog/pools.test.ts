import { describe, expect, test } from "vitest";
import type { Catalog, Pool } from "../../src/catalog/catalog.ts";
import { evenSpacingMs } from "../../src/catalog/limits-of.ts";
import { setupFrom } from "../config/config-from.ts";

function poolOf(catalog: Catalog, id: string): Pool {
  const found = catalog.find(id);
  if (found.kind === "not_found") throw new Error(`${id} is missing`);
  return catalog.pool(found.deployments[0]!.pool)!;
}

const short = ({ limits }: Pool) =>
  limits.map(({ metric, windowMs, amount }) => `${metric}/${windowMs / 1_000}s=${amount}`);

describe("layers of limits", () => {
  test.each([
    [
      "tier only",
      "providers: {openai: {tier: tier2}}",
      ["requests/60s=5000", "tokens/60s=2000000", "requests/86400s=100000"],
    ],
    [
      "provider",
      "providers: {openai: {limits: {rpm: 7}}}",
      ["requests/60s=7", "tokens/60s=200000", "requests/86400s=10000"],
    ],
    [
      "model over provider",
      "providers: {openai: {limits: {rpm: 7}, models: {gpt-4o-mini: {limits: {rpm: 9}}}}}",
      ["requests/60s=9", "tokens/60s=200000", "requests/86400s=10000"],
    ],
    [
      "unlimited",
      "providers: {openai: {models: {gpt-4o-mini: {limits: {rpd: -1, tpm: -1}}}}}",
      ["requests/60s=500"],
    ],
    [
      "added window",
      "providers: {openai: {models: {gpt-4o-mini: {limits: [{metric: requests, window: 1s, amount: 3}]}}}}",
      ["requests/60s=500", "tokens/60s=200000", "requests/86400s=10000", "requests/1s=3"],
    ],
    [
      "list replaces the same window",
      "providers: {openai: {models: {gpt-4o-mini: {limits: [{metric: requests, window: 60s, amount: 3}]}}}}",
      ["requests/60s=3", "tokens/60s=200000", "requests/86400s=10000"],
    ],
    [
      "model's own tier",
      "providers: {openai: {models: {gpt-4o-mini: {tier: free}}}}",
      ["requests/60s=200", "tokens/60s=40000", "requests/86400s=500"],
    ],
    [
      "concurrency",
      "providers: {openai: {limits: {concurrent: 2, tpm: -1, rpd: -1}}}",
      ["requests/60s=500", "concurrent/0s=2"],
    ],
  ])("%s", (_, yaml, limits) => {
    expect(short(poolOf(setupFrom(yaml).catalog, "openai/gpt-4o-mini"))).toEqual(limits);
  });
});

describe("profiles", () => {
  test.each([
    ["openai/gpt-4o-mini", "", "start", "full"],
    ["anthropic/claude-haiku-4-5", "", "split", "full"],
    ["gemini/gemini-2.5-flash", "", "start", "full"],
    [
      "az/gpt-4o-mini",
      "providers: {az: {type: openai, base_url: 'https://me.openai.azure.com/openai/v1'}}",
      "start",
      "none",
    ],
    [
      "az/x",
      "providers: {az: {type: openai_compatible, base_url: 'http://h', profile: azure, models: {x: {limits: {rpm: 60}}}}}",
      "start",
      "none",
    ],
    [
      "openai/gpt-4o-mini",
      "providers: {openai: {base_url: 'https://azure.com.evil.example/v1'}}",
      "start",
      "full",
    ],
    ["openai/gpt-4o-mini", "providers: {openai: {charge_at: end, refund: none}}", "end", "none"],
  ])("%s %s", (id, yaml, chargeAt, refund) => {
    expect(poolOf(setupFrom(yaml).catalog, id)).toMatchObject({ chargeAt, refund });
  });

  test("Azure counts requests over 10 s as well, and only there", () => {
    const azure =
      "providers: {az: {type: openai, base_url: 'https://me.openai.azure.com', limits: {rpm: 100}}}";
    const { catalog } = setupFrom(azure);
    expect(short(poolOf(catalog, "az/gpt-4o-mini"))).toContain("requests/10s=16");
    expect(short(poolOf(catalog, "openai/gpt-4o-mini")).filter((limit) => limit.includes("/10s"))).toEqual(
      [],
    );
    const declared = azure.replace("{rpm: 100}", "[{metric: requests, window: 10s, amount: 5}]");
    expect(short(poolOf(setupFrom(declared).catalog, "az/gpt-4o-mini"))).toContain("requests/10s=5");
  });

  test("Gemini's day ends at midnight in Los Angeles, others are rolling unless told otherwise", () => {
    const { catalog } = setupFrom(
      "providers: {openai: {limits: [{metric: requests, window: 1d, amount: 5, time_zone: Europe/Berlin}]}}",
    );
    const day = (id: string) => poolOf(catalog, id).limits.find(({ windowMs }) => windowMs === 86_400_000);
    expect(day("gemini/gemini-2.5-flash")).toEqual({
      metric: "requests",
      windowMs: 86_400_000,
      amount: 10_000,
      calendarTimeZone: "America/Los_Angeles",
    });
    expect(day("openai/gpt-4o")).toMatchObject({
      amount: 5,
      calendarTimeZone: "Europe/Berlin",
    });
    expect(
      poolOf(setupFrom().catalog, "openai/gpt-4o").limits.find(({ windowMs }) => windowMs === 86_400_000),
    ).toEqual({ metric: "requests", windowMs: 86_400_000, amount: expect.any(Number) });
  });
});

describe("even spacing", () => {
  test.each([
    [[], undefined],
    [[{ metric: "requests", windowMs: 60_000, amount: 60 }], 1_000],
    [[{ metric: "requests", windowMs: 5_000, amount: 20 }], 250],
    [
      [
        { metric: "requests", windowMs: 60_000, amount: 60 },
        { metric: "requests", windowMs: 1_000, amount: 10 },
      ],
      1_000,
    ],
    [[{ metric: "requests", windowMs: 86_400_000, amount: 10 }], undefined],
    [[{ metric: "tokens", windowMs: 60_000, amount: 10 }], undefined],
  ] as const)("%j is %s ms", (limits, expected) => {
    expect(evenSpacingMs(limits)).toBe(expected);
  });
});

describe("which deployments share a pool", () => {
  test("each has its own, named ones too", () => {
    const { catalog } = setupFrom("providers: {openai: {deployments: {eu: {api_key: e}}}}", {
      OPENAI_API_KEY: "k",
    });
    expect(catalog.pool("openai/gpt-4o")?.deployments).toEqual(["openai/gpt-4o"]);
    expect(catalog.pool("openai/gpt-4o#eu")?.deployments).toEqual(["openai/gpt-4o#eu"]);
  });

  test("Claude's Opus 4.x models share theirs, as the provider counts them", () => {
    const pool = setupFrom().catalog.pool("anthropic:claude-opus-4")!;
    expect(pool.deployments).toContain("anthropic/claude-opus-4-8");
    expect(pool.deployments).toContain("anthropic/claude-opus-4-5");
    expect(short(pool)).toEqual(["requests/60s=50", "input_tokens/60s=30000", "output_tokens/60s=8000"]);
  });

  test("a name on models, across providers, takes the tightest limit of each kind", () => {
    const { catalog } = setupFrom(`providers:
  a: {type: openai_compatible, base_url: "http://a", models: {x: {pool: shared, limits: {rpm: 10, tpm: 900}}}}
  b: {type: openai_compatible, base_url: "http://b", refund: none, models: {y: {pool: shared, limits: {rpm: 20, tpm: 500}}}}`);
    expect(catalog.pool("shared")).toMatchObject({ deployments: ["a/x", "b/y"], refund: "none" });
    expect(short(catalog.pool("shared")!)).toEqual(["requests/60s=10", "tokens/60s=500"]);
  });

  test("a name on the provider puts all its models together; other credentials stay apart", () => {
    const yaml = `providers:
  a: {type: openai_compatible, base_url: "http://a", pool: all, models: {x: , y: }, deployments: {eu: {api_key: k, models: [x]}}}`;
    const { catalog } = setupFrom(yaml);
    expect(catalog.pool("all")?.deployments).toEqual(["a/x", "a/y"]);
    expect(catalog.pool("all#eu")?.deployments).toEqual(["a/x#eu"]);
  });

  test("what the tier does not have does not loosen or tighten a shared pool", () => {
    const { catalog } = setupFrom(
      "providers: {openai: {tier: free, pool: all, models: {gpt-4o: , gpt-4o-mini: }}}",
    );
    expect(short(catalog.pool("all")!)).toEqual([
      "requests/60s=200",
      "tokens/60s=40000",
      "requests/86400s=500",
    ]);
  });
});
