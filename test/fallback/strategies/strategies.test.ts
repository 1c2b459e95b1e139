import { describe, expect, test } from "vitest";
import type { Strategy } from "../../../src/config/config.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { route } from "../../../src/fallback/route.ts";
import type { CandidateSnapshot } from "../../../src/fallback/snapshot.ts";
import type { OrderContext } from "../../../src/fallback/strategies/strategy.ts";
import { candidate, options, ranked } from "../candidate.ts";

const selected = { kind: "selected" } as const;
const NEVER = Number.POSITIVE_INFINITY;

interface Case {
  readonly name: string;
  readonly strategy: Strategy;
  readonly candidates: readonly CandidateSnapshot[];
  readonly context?: Partial<OrderContext>;
  /** Ids in the order of trial. */
  readonly trial: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "keeps the order in which models are named, whatever is free or has priority",
    strategy: "smart_fallback",
    candidates: ranked(
      candidate("a/1", { providerPriority: 9 }),
      candidate("b/1", { providerPriority: 1 }),
      candidate("local/1", { isLocalFree: true }),
    ),
    trial: ["a/1", "b/1", "local/1"],
  },
  {
    name: "waits for a better one when that takes no longer than max_wait",
    strategy: "smart_fallback",
    candidates: ranked(candidate("a/1", { predictedWaitMs: 5_000 }), candidate("b/1")),
    trial: ["a/1", "b/1"],
  },
  {
    name: "leaves a better one whose wait is longer than max_wait",
    strategy: "smart_fallback",
    candidates: ranked(candidate("a/1", { predictedWaitMs: 5_001 }), candidate("b/1")),
    trial: ["b/1"],
  },
  {
    name: "tries one of which nobody can say when it starts after those that can",
    strategy: "smart_fallback",
    candidates: ranked(candidate("a/1", { predictedWaitMs: NEVER }), candidate("b/1")),
    trial: ["b/1", "a/1"],
  },
  {
    name: "keeps such a one in its place when its likely start is known",
    strategy: "smart_fallback",
    candidates: ranked(candidate("a/1", { predictedWaitMs: NEVER, likelyWaitMs: 300 }), candidate("b/1")),
    trial: ["a/1", "b/1"],
  },
  {
    name: "of models it took itself, free local ones first, then by priority",
    strategy: "smart_fallback",
    candidates: ranked(
      candidate("a/1", { origin: selected, providerPriority: 2 }),
      candidate("b/1", { origin: selected, providerPriority: 1 }),
      candidate("local/1", { origin: selected, providerPriority: 10, isLocalFree: true }),
    ),
    trial: ["local/1", "b/1", "a/1"],
  },
  {
    name: "of those with one priority by the balanced score",
    strategy: "smart_fallback",
    candidates: ranked(
      candidate("a/1", { origin: selected, quality: 3 }),
      candidate("b/1", { origin: selected, quality: 8 }),
    ),
    trial: ["b/1", "a/1"],
  },
  {
    name: "quality before what is free, when quality is asked for",
    strategy: "smart_fallback",
    context: { quality: "quality" },
    candidates: ranked(
      candidate("local/1", { origin: selected, quality: 1, isLocalFree: true }),
      candidate("a/1", { origin: selected, quality: 8 }),
    ),
    trial: ["a/1", "local/1"],
  },
  {
    name: "the fastest first, when speed is asked for",
    strategy: "smart_fallback",
    context: { quality: "speed" },
    candidates: ranked(
      candidate("a/1", { origin: selected, latencyMs: 900 }),
      candidate("b/1", { origin: selected, latencyMs: 300 }),
    ),
    trial: ["b/1", "a/1"],
  },
  {
    name: "the cheapest first, when cost is asked for",
    strategy: "smart_fallback",
    context: { quality: "cost" },
    candidates: ranked(
      candidate("a/1", { origin: selected, worstCostNanoUsd: 9n }),
      candidate("b/1", { origin: selected, worstCostNanoUsd: 8n }),
    ),
    trial: ["b/1", "a/1"],
  },
  {
    name: "fallbacks that the request names after the models it left open",
    strategy: "smart_fallback",
    candidates: ranked(candidate("a/1", { origin: selected }), candidate("b/1")),
    trial: ["a/1", "b/1"],
  },
  {
    name: "the deployment of a model that can start first",
    strategy: "smart_fallback",
    candidates: [
      candidate("a/1#x", { predictedWaitMs: 10, capacityLeft: 0.9 }),
      candidate("a/1#y", { capacityLeft: 0.1 }),
      candidate("b/1", { rank: 1 }),
    ],
    trial: ["a/1#y", "a/1#x", "b/1"],
  },
  {
    name: "of deployments that can start the one with the most capacity left",
    strategy: "smart_fallback",
    candidates: [
      candidate("a/1#x", { capacityLeft: 0.2 }),
      candidate("a/1#y", { capacityLeft: 0.7 }),
      candidate("a/1#z", { capacityLeft: 0.5 }),
    ],
    trial: ["a/1#y", "a/1#z", "a/1#x"],
  },
  {
    name: "only the first",
    strategy: "fail_fast",
    candidates: ranked(candidate("a/1"), candidate("b/1")),
    trial: ["a/1"],
  },
  {
    name: "not even the second, when the first cannot start in time",
    strategy: "fail_fast",
    candidates: ranked(candidate("a/1", { predictedWaitMs: 5_001 }), candidate("b/1")),
    trial: [],
  },
  {
    name: "another deployment of the first model",
    strategy: "fail_fast",
    candidates: [
      candidate("a/1#x", { breaker: { kind: "open", retryAfterMs: 1 } }),
      candidate("a/1#y", { predictedWaitMs: 3_000 }),
      candidate("b/1", { rank: 1 }),
    ],
    trial: ["a/1#y"],
  },
  {
    name: "the first even when its start is unknown",
    strategy: "fail_fast",
    candidates: ranked(candidate("a/1", { predictedWaitMs: NEVER })),
    trial: ["a/1"],
  },
  {
    name: "the cheapest first, unknown prices last",
    strategy: "cost_optimized",
    candidates: ranked(
      candidate("a/1", { worstCostNanoUsd: undefined }),
      candidate("b/1", { worstCostNanoUsd: 2n }),
      candidate("c/1", { worstCostNanoUsd: 1n }),
      candidate("d/1", { worstCostNanoUsd: 0n }),
    ),
    trial: ["d/1", "c/1", "b/1", "a/1"],
  },
  {
    name: "of equal prices the better one",
    strategy: "cost_optimized",
    candidates: ranked(candidate("a/1", { quality: 2 }), candidate("b/1", { quality: 3 })),
    trial: ["b/1", "a/1"],
  },
  {
    name: "the best first, unknown quality last",
    strategy: "quality_optimized",
    candidates: ranked(
      candidate("a/1", { quality: undefined }),
      candidate("b/1", { quality: 4 }),
      candidate("c/1", { quality: 9 }),
    ),
    trial: ["c/1", "b/1", "a/1"],
  },
  {
    name: "wait and latency together, unmeasured ones first",
    strategy: "latency_optimized",
    candidates: ranked(
      candidate("a/1", { latencyMs: 100, predictedWaitMs: 2_000 }),
      candidate("b/1", { latencyMs: 900 }),
      candidate("c/1", { latencyMs: 400 }),
      candidate("d/1"),
    ),
    trial: ["d/1", "c/1", "b/1", "a/1"],
  },
  {
    name: "the least wait first, as listed where equal",
    strategy: "earliest_start",
    candidates: ranked(
      candidate("a/1", { predictedWaitMs: 20 }),
      candidate("b/1", { predictedWaitMs: NEVER }),
      candidate("c/1"),
      candidate("d/1"),
    ),
    trial: ["c/1", "d/1", "a/1", "b/1"],
  },
  {
    name: "the model whose turn it is, then the circle",
    strategy: "round_robin",
    context: { turn: 4 },
    candidates: ranked(candidate("a/1"), candidate("b/1"), candidate("c/1")),
    trial: ["b/1", "c/1", "a/1"],
  },
  {
    name: "no turn for one that cannot be called",
    strategy: "round_robin",
    context: { turn: 1 },
    candidates: ranked(candidate("a/1"), candidate("b/1", { predictedWaitMs: 9_000 }), candidate("c/1")),
    trial: ["c/1", "a/1"],
  },
  {
    name: "one turn for all deployments of a model",
    strategy: "round_robin",
    context: { turn: 1 },
    candidates: [candidate("a/1#x"), candidate("a/1#y"), candidate("b/1", { rank: 1 })],
    trial: ["b/1", "a/1#x", "a/1#y"],
  },
  {
    name: "weight 0 last",
    strategy: "weighted",
    candidates: ranked(candidate("a/1", { weight: 0 }), candidate("b/1", { weight: 0.01 })),
    trial: ["b/1", "a/1"],
  },
  {
    name: "a better and cheaper one before a worse one",
    strategy: "balanced",
    candidates: ranked(
      candidate("a/1", { quality: 5, worstCostNanoUsd: 200n, latencyMs: 500 }),
      candidate("b/1", { quality: 7, worstCostNanoUsd: 100n, latencyMs: 500 }),
    ),
    trial: ["b/1", "a/1"],
  },
  {
    name: "a long wait outweighs a little more quality",
    strategy: "balanced",
    candidates: ranked(
      candidate("a/1", { quality: 6, predictedWaitMs: 4_900 }),
      candidate("b/1", { quality: 5 }),
    ),
    trial: ["b/1", "a/1"],
  },
  {
    name: "a short wait does not outweigh much more quality",
    strategy: "balanced",
    candidates: ranked(
      candidate("a/1", { quality: 9, predictedWaitMs: 300 }),
      candidate("b/1", { quality: 5 }),
    ),
    trial: ["a/1", "b/1"],
  },
];

describe.each(CASES)("$strategy: $name", ({ strategy, candidates, context, trial }) => {
  test("whatever order they come in", () => {
    for (const given of [candidates, candidates.toReversed()]) {
      const found = route(given, options({ strategy, ...context }));
      expect(found.trial.map((routed) => routed.candidate.deploymentId)).toEqual(trial);
    }
  });
});

test("weighted puts each model first in proportion to its weight", () => {
  const random = seededRandom(7);
  const candidates = ranked(candidate("a/1", { weight: 3 }), candidate("b/1", { weight: 1 }));
  let first = 0;
  for (let draw = 0; draw < 4_000; draw++) {
    const { trial } = route(candidates, options({ strategy: "weighted", random }));
    if (trial[0]!.candidate.modelId === "a/1") first++;
  }
  // Four standard deviations of 4,000 draws at 3 in 4.
  expect(Math.abs(first - 3_000)).toBeLessThan(110);
});

test("round_robin gives every model the same number of turns", () => {
  const candidates = ranked(candidate("a/1"), candidate("b/1"), candidate("c/1"));
  const firsts = Array.from(
    { length: 9 },
    (_, turn) => route(candidates, options({ strategy: "round_robin", turn })).trial[0]!.candidate.modelId,
  );
  expect(firsts.toSorted()).toEqual(["a/1", "b/1", "c/1"].flatMap((id) => [id, id, id]));
});
