import type { Strategy } from "../../config/config.ts";
import { balanced } from "./balanced.ts";
import { costOptimized } from "./cost-optimized.ts";
import { earliestStart } from "./earliest-start.ts";
import { latencyOptimized } from "./latency-optimized.ts";
import { qualityOptimized } from "./quality-optimized.ts";
import { roundRobin } from "./round-robin.ts";
import { smartFallback } from "./smart-fallback.ts";
import type { CandidateOrder } from "./strategy.ts";
import { weighted } from "./weighted.ts";

/** The order of each strategy. `fail_fast` prefers as `smart_fallback` does, and tries the first only. */
export const ORDERS: Readonly<Record<Strategy, CandidateOrder>> = {
  smart_fallback: smartFallback,
  cost_optimized: costOptimized,
  quality_optimized: qualityOptimized,
  round_robin: roundRobin,
  fail_fast: smartFallback,
  latency_optimized: latencyOptimized,
  earliest_start: earliestStart,
  weighted,
  balanced,
};
