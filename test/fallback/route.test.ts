import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Strategy } from "../../src/config/config.ts";
import { STRATEGIES } from "../../src/config/schema/routing-schema.ts";
import { seededRandom } from "../../src/core/random.ts";
import { refuseRoute } from "../../src/fallback/refuse-route.ts";
import { route } from "../../src/fallback/route.ts";
import type { CandidateSnapshot } from "../../src/fallback/snapshot.ts";
import { judge } from "../../src/fallback/verdict.ts";
import { candidate, options, PLAIN_NEEDS, ranked } from "./candidate.ts";

describe("explanations", () => {
  test("say why each stands where it does, and why others are skipped", () => {
    const { trial, rest } = route(
      ranked(
        candidate("a/1", { predictedWaitMs: 9_000 }),
        candidate("b/1", { predictedWaitMs: 3_200 }),
        candidate("c/1", { origin: { kind: "configured" } }),
      ),
      options(),
    );
    expect([...trial, ...rest].map((routed) => [routed.candidate.modelId, routed.explanation])).toEqual([
      ["b/1", "fallback 1 of the request; waits 3.2 s, within max_wait of 5 s"],
      ["c/1", "fallback 2 of the config; starts at once"],
      ["a/1", "skipped: it would wait 9 s, longer than max_wait of 5 s"],
    ]);
  });

  test("say that fail_fast tries the first only", () => {
    const { rest } = route(ranked(candidate("a/1"), candidate("b/1")), options({ strategy: "fail_fast" }));
    expect(rest.map(({ verdict, explanation }) => [verdict, explanation])).toEqual([
      ["eligible", "not tried: fail_fast tries the first only"],
    ]);
  });
});

describe("why the first one is tried", () => {
  const open = { breaker: { kind: "open", retryAfterMs: 9 } } as const;
  test.each([
    ["first_choice", {}, "smart_fallback"],
    ["fallback_wait", { predictedWaitMs: 9_000 }, "smart_fallback"],
    ["fallback_context", { contextWindowTokens: 10 }, "smart_fallback"],
    ["fallback_context", { tokenCap: 10 }, "smart_fallback"],
    ["fallback_budget", { budget: { kind: "price_unknown", explanation: "" } }, "smart_fallback"],
    ["fallback_unavailable", open, "smart_fallback"],
    // The one that is passed over is not the cheapest, or has no turn, and so did not come before.
    ["first_choice", { ...open, worstCostNanoUsd: 1_000_000_000n }, "cost_optimized"],
    ["fallback_unavailable", { ...open, worstCostNanoUsd: 1n }, "cost_optimized"],
    ["first_choice", open, "round_robin"],
  ] as const)("%s", (cause, changes, strategy) => {
    const found = route(ranked(candidate("a/1", changes), candidate("b/1")), options({ strategy }));
    expect(found.firstCause).toBe(cause);
  });
});

describe("context strategies", () => {
  const small = candidate("small/1", { contextWindowTokens: 50 });
  const large = candidate("large/1");
  const capped = candidate("capped/1", { tokenCap: 500 });
  test.each([
    ["error", [small, large], []],
    ["error", [large, small], ["large/1 as_is"]],
    ["fallback", [small, large], ["large/1 as_is"]],
    ["truncate", [small, large], ["small/1 truncate", "large/1 as_is"]],
    ["chunk", [small, capped], ["small/1 chunk", "capped/1 chunk"]],
    ["auto", [small, large], ["large/1 as_is"]],
    ["auto", [small, capped], ["small/1 truncate", "capped/1 truncate"]],
  ] as const)("%s, case %#", (contextStrategy, candidates, trial) => {
    const found = route(ranked(...candidates), options({ contextStrategy }));
    expect(found.trial.map(({ candidate: { modelId }, fit }) => `${modelId} ${fit}`)).toEqual(trial);
  });

  test("a request that could be made to fit is not tried where something else stands in the way", () => {
    const open = candidate("a/1", { contextWindowTokens: 50, breaker: { kind: "open", retryAfterMs: 9 } });
    const found = route([open], options({ contextStrategy: "truncate" }));
    expect(found.trial).toEqual([]);
    expect(found.rest[0]!.verdict).toBe("breaker_open");
  });

  test("error refuses for the first choice's sake, though another would do", () => {
    const found = route(ranked(small, large), options({ contextStrategy: "error" }));
    expect(refuseRoute(found, PLAIN_NEEDS)).toMatchObject({
      reason: "REQUEST_TOO_LARGE",
      metadata: { models: "small/1", cap: "50" },
    });
  });
});

describe("of any candidates", () => {
  const anyCandidate = fc
    .record({
      model: fc.integer({ min: 0, max: 4 }),
      origin: fc.constantFrom({ kind: "requested" } as const, { kind: "selected" } as const),
      isLocalFree: fc.boolean(),
      providerPriority: fc.integer({ min: 1, max: 3 }),
      quality: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
      weight: fc.constantFrom(0, 1, 2.5),
      contextWindowTokens: fc.constantFrom(undefined, 50, 100, 101, 8_192),
      tokenCap: fc.constantFrom(undefined, 500, 600),
      predictedWaitMs: fc.constantFrom(0, 1, 4_999, 5_000, 5_001, Number.POSITIVE_INFINITY),
      queueFull: fc.boolean(),
      latencyMs: fc.option(fc.integer({ min: 1, max: 9_000 }), { nil: undefined }),
      worstCostNanoUsd: fc.option(fc.bigInt(0n, 10n ** 9n), { nil: undefined }),
      capacityLeft: fc.double({ min: 0, max: 1, noNaN: true }),
      open: fc.boolean(),
    })
    .map(({ model, open, ...rest }) => ({ model, open, rest }));
  const anyCandidates = fc.array(anyCandidate, { minLength: 1, maxLength: 8 }).map((list) =>
    list.map(({ model, open, rest }, index) =>
      candidate(`p${model % 2}/m${model}#${index}`, {
        ...rest,
        rank: model,
        breaker: open ? { kind: "open", retryAfterMs: 10 } : { kind: "closed" },
      }),
    ),
  );
  const anyStrategy = fc.constantFrom<Strategy>(...STRATEGIES);

  test("each stands in the route once, and none is tried that something forbids", () => {
    fc.assert(
      fc.property(anyCandidates, anyStrategy, fc.nat(), fc.nat(), (candidates, strategy, turn, seed) => {
        const found = route(candidates, options({ strategy, turn, random: seededRandom(seed) }));
        const ids = [...found.trial, ...found.rest].map((routed) => routed.candidate.deploymentId);
        expect(ids.toSorted()).toEqual(candidates.map(({ deploymentId }) => deploymentId).toSorted());
        for (const routed of found.trial)
          expect(judge(routed.candidate, PLAIN_NEEDS).verdict).toBe("eligible");
      }),
    );
  });

  test("whoever may be called is tried, save by fail_fast, and otherwise the refusal has a reason", () => {
    fc.assert(
      fc.property(anyCandidates, anyStrategy, (candidates, strategy) => {
        const found = route(candidates, options({ strategy }));
        const eligible = candidates.filter((one) => judge(one, PLAIN_NEEDS).verdict === "eligible");
        if (strategy === "fail_fast") expect(found.trial.length).toBeLessThanOrEqual(1);
        else expect(found.trial.length).toBe(eligible.length);
        if (found.trial.length === 0) expect(refuseRoute(found, PLAIN_NEEDS).message).not.toBe("");
      }),
    );
  });

  test("the order in which they come in does not matter", () => {
    fc.assert(
      fc.property(anyCandidates, anyStrategy, fc.nat(), (candidates, strategy, seed) => {
        const idsOf = (given: readonly CandidateSnapshot[]) =>
          route(given, options({ strategy, random: seededRandom(seed) })).trial.map(
            (routed) => routed.candidate.deploymentId,
          );
        expect(idsOf(candidates.toReversed())).toEqual(idsOf(candidates));
      }),
    );
  });
});
