import { expect, test } from "vitest";
import { type LatencyWindow, latencyQuantile, noteLatency } from "../../src/fallback/latency-window.ts";

const NONE: LatencyWindow = [];

function noted(...latencies: number[]): LatencyWindow {
  return latencies.reduce((window, latencyMs, index) => noteLatency(window, index, latencyMs), NONE);
}

test.each([
  [0.5, [100], 100],
  [0.9, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000], 900],
  [0.5, [400, 100, 300, 200], 200],
  [1, [400, 100, 300, 200], 400],
  [0, [400, 100, 300, 200], 100],
])("quantile %d of %j is %d", (part, latencies, quantile) => {
  expect(latencyQuantile(noted(...latencies), 0, part)).toBe(quantile);
});

test("nothing is known of none, and old ones do not count", () => {
  expect(latencyQuantile(NONE, 0, 0.9)).toBeUndefined();
  expect(latencyQuantile(noted(900, 100, 200), 1, 1)).toBe(200);
  expect(latencyQuantile(noted(900, 100, 200), 3, 1)).toBeUndefined();
});

test("only the newest 64 are kept", () => {
  const window = noted(...Array.from({ length: 65 }, (_, index) => (index === 0 ? 9_000 : 100)));
  expect(window.length).toBe(64);
  expect(latencyQuantile(window, 0, 1)).toBe(100);
});
