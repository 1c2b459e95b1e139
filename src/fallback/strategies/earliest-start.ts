import { ascending, orderBy } from "./compare.ts";
import type { CandidateOrder, Comparison } from "./strategy.ts";

const compareStart: Comparison = (first, second) => ascending(first.predictedWaitMs, second.predictedWaitMs);

/** `earliest_start`: the least predicted wait first. */
export const earliestStart: CandidateOrder = orderBy(compareStart, () => "by predicted wait");
