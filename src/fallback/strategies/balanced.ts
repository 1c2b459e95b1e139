import type { CandidateSnapshot } from "../snapshot.ts";
import { ascending, orderBy } from "./compare.ts";
import type { CandidateOrder, Comparison } from "./strategy.ts";

/** How much each side of a candidate counts in its score; together 1. */
const BALANCED_WEIGHTS = { wait: 0.3, latency: 0.2, cost: 0.25, quality: 0.25 } as const;

/** What makes a side count half; of more it counts more, towards 1. */
const HALF_POINTS = { waitMs: 5_000, latencyMs: 2_000, costNanoUsd: 2_000_000 } as const;

/** What a side counts of which nothing is known. */
const UNKNOWN = 0.5;
const BEST_QUALITY = 10;
const QUALITY_RANGE = 9;

/** One score of wait, latency, cost and quality: from 0, the best in everything, to 1. */
function balancedScore(candidate: CandidateSnapshot): number {
  const { predictedWaitMs, latencyMs, worstCostNanoUsd, quality } = candidate;
  const cost = worstCostNanoUsd === undefined ? undefined : Number(worstCostNanoUsd);
  return (
    BALANCED_WEIGHTS.wait * saturating(predictedWaitMs, HALF_POINTS.waitMs) +
    BALANCED_WEIGHTS.latency * saturating(latencyMs, HALF_POINTS.latencyMs) +
    BALANCED_WEIGHTS.cost * saturating(cost, HALF_POINTS.costNanoUsd) +
    BALANCED_WEIGHTS.quality * (quality === undefined ? UNKNOWN : (BEST_QUALITY - quality) / QUALITY_RANGE)
  );
}

/** The least score first. */
export const compareBalanced: Comparison = (first, second) =>
  ascending(balancedScore(first), balancedScore(second));

/** `balanced`. */
export const balanced: CandidateOrder = orderBy(
  compareBalanced,
  (candidate) => `score ${balancedScore(candidate).toFixed(2)} of wait, latency, cost and quality`,
);

/** 0 for nothing, 0.5 at the half point, towards 1. */
function saturating(value: number | undefined, halfPoint: number): number {
  if (value === undefined) return UNKNOWN;
  return value === Number.POSITIVE_INFINITY ? 1 : value / (value + halfPoint);
}
