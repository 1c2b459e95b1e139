import { formatMs } from "../format.ts";
import type { CandidateSnapshot } from "../snapshot.ts";
import { ascending, orderBy } from "./compare.ts";
import type { CandidateOrder, Comparison } from "./strategy.ts";

/**
 * The lowest latency first, as the caller feels it: the predicted wait and the recent latency together. One that was
 * not measured lately goes by its wait alone, so that it gets measured.
 */
export const compareLatency: Comparison = (first, second) => ascending(feltMs(first), feltMs(second));

/** `latency_optimized`. */
export const latencyOptimized: CandidateOrder = orderBy(compareLatency, ({ latencyMs }) =>
  latencyMs === undefined ? "latency not measured yet" : `recent latency ${formatMs(latencyMs)}`,
);

function feltMs({ predictedWaitMs, latencyMs }: CandidateSnapshot): number {
  return predictedWaitMs + (latencyMs ?? 0);
}
