import { ascending, orderBy } from "./compare.ts";
import type { CandidateOrder, Comparison } from "./strategy.ts";

/** The best first, those of unknown quality last. */
export const compareQuality: Comparison = (first, second) =>
  ascending(second.quality ?? 0, first.quality ?? 0);

/** `quality_optimized`. */
export const qualityOptimized: CandidateOrder = orderBy(compareQuality, ({ quality }) =>
  quality === undefined ? "quality not known" : `quality ${quality} of 10`,
);
