import type { WaitReport } from "./report.ts";

/** The usual quantiles of waits in milliseconds. Undefined: there are none. */
export function waitReport(waitsMs: readonly number[]): WaitReport | undefined {
  if (waitsMs.length === 0) return undefined;
  const sorted = Float64Array.from(waitsMs).sort();
  return {
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1)!,
  };
}

/** The smallest value that at least `share` of all do not exceed. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}
