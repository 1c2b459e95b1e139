import { describe, expect, test } from "vitest";
import { withTier } from "../../src/catalog/with-tier.ts";
import type { Limit } from "../../src/core/limit.ts";
import { setupFrom } from "../config/config-from.ts";

/** Limits as in the tables of the design: requests a minute, tokens a minute, requests a day; -1 where there is none. */
function figures(limits: readonly Limit[] | null | undefined): readonly number[] | null {
  if (limits === null || limits === undefined) return null;
  const amount = (metric: string, windowMs: number) =>
    limits.find((limit) => limit.metric === metric && limit.windowMs === windowMs)?.amount ?? -1;
  return [amount("requests", 60_000), amount("tokens", 60_000), amount("requests", 86_400_000)];
}

const K = 1_000;
const M = 1_000_000;

describe("the tiers of the design", () => {
  const { catalog, config } = setupFrom();
  test.each([
    ["openai/gpt-4o", null, [500, 30 * K, 10 * K], [5 * K, 450 * K, 10 * K], [10 * K, 30 * M, -1]],
    [
      "openai/gpt-4o-mini",
      [200, 40 * K, 500],
      [500, 200 * K, 10 * K],
      [5 * K, 2 * M, 100 * K],
      [10 * K, 30 * M, -1],
    ],
    [
      "openai/gpt-3.5-turbo",
      [200, 40 * K, 500],
      [500, 200 * K, 10 * K],
      [5 * K, 2 * M, 100 * K],
      [10 * K, 30 * M, -1],
    ],
    [
      "gemini/gemini-2.5-flash-lite",
      [15, 250 * K, 1 * K],
      [1 * K, 4 * M, -1],
      [2 * K, 4 * M, -1],
      [4 * K, 4 * M, -1],
    ],
    [
      "gemini/gemini-2.5-flash",
      [15, 250 * K, 1 * K],
      [1 * K, 1 * M, 10 * K],
      [2 * K, 4 * M, -1],
      [4 * K, 4 * M, -1],
    ],
    ["ollama/llama3:8b", [-1, -1, -1], [-1, -1, -1], [-1, -1, -1], [-1, -1, -1]],
    ["echo/echo", [-1, -1, -1], [-1, -1, -1], [-1, -1, -1], [-1, -1, -1]],
  ])("%s", (id, free, tier1, tier2, paid) => {
    for (const [tier, expected] of Object.entries({ free, tier1, tier2, paid })) {
      const changed = withTier(
        config,
        catalog,
        id.split("/")[0]!,
        tier as "free" | "tier1" | "tier2" | "paid",
      )!;
      const found = changed.find(id);
      if (found.kind === "not_found") throw new Error(`${id} is missing`);
      const [deployment] = found.deployments;
      expect(deployment?.offered, tier).toBe(expected !== null);
      if (expected !== null) expect(figures(changed.pool(deployment!.pool)?.limits), tier).toEqual(expected);
      if (found.model.tierLimits !== undefined) {
        expect(figures(found.model.tierLimits[tier as "free"]), tier).toEqual(expected);
      }
    }
  });

  test("without a configured tier it is tier1", () => {
    expect(new Set(catalog.deployments.map(({ tier }) => tier))).toEqual(new Set(["tier1"]));
  });

  test("every built-in model knows its context window, and its answer fits into it", () => {
    const wrong = catalog.models.filter(
      ({ contextWindowTokens, maxOutputTokens }) =>
        !(maxOutputTokens! > 0 && maxOutputTokens! <= contextWindowTokens!),
    );
    expect(wrong).toEqual([]);
  });

  test("a higher tier never has less", () => {
    const order = ["free", "tier1", "tier2", "paid"] as const;
    const fallen = catalog.models.flatMap(({ id, tierLimits }) =>
      order.slice(1).flatMap((tier, index) =>
        (tierLimits?.[order[index]!] ?? []).flatMap((lower) => {
          const higher = tierLimits?.[tier]?.find(
            (limit) => limit.metric === lower.metric && limit.windowMs === lower.windowMs,
          );
          return higher !== undefined && higher.amount < lower.amount
            ? [`${id} ${tier} ${lower.metric}`]
            : [];
        }),
      ),
    );
    expect(fallen).toEqual([]);
  });
});

describe("a tier set while running", () => {
  const { catalog, config } = setupFrom(
    "providers: {openai: {tier: tier2, deployments: {eu: {api_key: k}}}}",
    { OPENAI_API_KEY: "k" },
  );
  const tierOf = (changed: typeof catalog, id: string) =>
    changed.deployments.find((deployment) => deployment.id === id)?.tier;

  test("the most special one counts, and the catalog it came from is unchanged", () => {
    const first = withTier(config, catalog, "openai/gpt-4o", "paid")!;
    const second = withTier(config, first, "openai", "free")!;
    const third = withTier(config, second, "openai/gpt-4o#eu", "tier1")!;
    expect(
      ["openai/gpt-4o", "openai/gpt-4o#eu", "openai/gpt-4o-mini"].map((id) => tierOf(third, id)),
    ).toEqual(["paid", "tier1", "free"]);
    expect(tierOf(catalog, "openai/gpt-4o")).toBe("tier2");
  });

  test("unknown names have none", () => {
    expect(withTier(config, catalog, "openai/nothing", "paid")).toBeUndefined();
    expect(withTier(config, catalog, "nobody", "paid")).toBeUndefined();
  });
});
