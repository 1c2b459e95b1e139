import type { CandidateSnapshot } from "../snapshot.ts";
import type { CandidateOrder, Comparison } from "./strategy.ts";

/** The lower number first; infinities are equal to themselves. */
export function ascending(first: number | bigint, second: number | bigint): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

/**
 * The order that remains when a strategy does not care: as listed; then, among the deployments of one model, the one
 * that can start first, then the one with the most capacity left. The id makes it total.
 */
export function compareSpread(first: CandidateSnapshot, second: CandidateSnapshot): number {
  return (
    ascending(first.rank, second.rank) ||
    ascending(first.predictedWaitMs, second.predictedWaitMs) ||
    ascending(second.capacityLeft, first.capacityLeft) ||
    (first.deploymentId < second.deploymentId ? -1 : 1)
  );
}

/** An order by comparison alone; equals are spread as in {@link compareSpread}. */
export function orderBy(
  compare: Comparison,
  explain: (candidate: CandidateSnapshot) => string,
): CandidateOrder {
  return {
    arrange: (candidates) =>
      candidates.toSorted((first, second) => compare(first, second) || compareSpread(first, second)),
    precedes: (first, second) => (compare(first, second) || compareSpread(first, second)) < 0,
    explain,
  };
}

/** The candidates of each model together, the models in the order of their ranks, deployments spread. */
export function byModel(candidates: readonly CandidateSnapshot[]): CandidateSnapshot[][] {
  return [...Map.groupBy(candidates.toSorted(compareSpread), ({ modelId }) => modelId).values()];
}
