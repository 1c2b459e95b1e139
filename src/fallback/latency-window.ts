const MAX_SAMPLES = 64;

interface Sample {
  readonly atMs: number;
  readonly latencyMs: number;
}

/** The latencies of one deployment's newest calls, the oldest first; empty: none. Never changed: noting makes a new one. */
export type LatencyWindow = readonly Sample[];

/** Notes a latency that was measured at `atMs` of the monotonic clock. The newest 64 are kept. */
export function noteLatency(window: LatencyWindow, atMs: number, latencyMs: number): LatencyWindow {
  return [...window.slice(-(MAX_SAMPLES - 1)), { atMs, latencyMs }];
}

/**
 * The latency that `part` (0 to 1) of the calls since `sinceMs` did not exceed, so that 0.9 is what nine of ten were
 * done in. Undefined: there were none.
 */
export function latencyQuantile(window: LatencyWindow, sinceMs: number, part: number): number | undefined {
  const latencies = window.filter(({ atMs }) => atMs >= sinceMs).map(({ latencyMs }) => latencyMs);
  latencies.sort((first, second) => first - second);
  return latencies[Math.max(0, Math.ceil(latencies.length * part) - 1)];
}
