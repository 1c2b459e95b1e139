import { ascending, byModel } from "./compare.ts";
import type { CandidateOrder } from "./strategy.ts";

/**
 * `weighted`: by chance, each model first in proportion to its weight, and so on among those that remain. The draw of
 * each model is exponential with its weight as the rate; the least draw wins (Efraimidis and Spirakis, 2006).
 */
export const weighted: CandidateOrder = {
  arrange(candidates, { random }) {
    return byModel(candidates)
      .map((deployments) => ({ deployments, draw: drawOf(deployments[0]!.weight, 1 - random.next()) }))
      .toSorted((first, second) => ascending(first.draw, second.draw))
      .flatMap(({ deployments }) => deployments);
  },
  precedes: () => false,
  explain: ({ weight }) => `by chance, weight ${weight}`,
};

/** `uniform` is above 0 and at most 1. */
function drawOf(weight: number, uniform: number): number {
  return weight > 0 ? -Math.log(uniform) / weight : Number.POSITIVE_INFINITY;
}
