import { formatNanoUsd } from "../format.ts";
import { ascending, orderBy } from "./compare.ts";
import type { CandidateOrder, Comparison } from "./strategy.ts";

/** The cheapest for this request first, the unknown prices last; of equals the better one. */
export const compareCost: Comparison = (first, second) =>
  ascending(
    first.worstCostNanoUsd ?? Number.POSITIVE_INFINITY,
    second.worstCostNanoUsd ?? Number.POSITIVE_INFINITY,
  ) || ascending(second.quality ?? 0, first.quality ?? 0);

/** `cost_optimized`. */
export const costOptimized: CandidateOrder = orderBy(compareCost, ({ worstCostNanoUsd }) =>
  worstCostNanoUsd === undefined ? "price not known" : `costs at most ${formatNanoUsd(worstCostNanoUsd)}`,
);
