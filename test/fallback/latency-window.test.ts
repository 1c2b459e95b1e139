import { expect, test } from "vitest";
import { LatencyWindow } from "../../src/fallback/latency-window.ts";

function noted(...latencies: number[]): LatencyWindow {
  const window = new LatencyWindow();
  for (const [index, latencyMs] of latencies.entries()) window.note(index, latencyMs);
  return window;
}

test.each([
  [0.5, [100], 100],
  [0.9, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000], 900],
  [0.5, [400, 100, 300, 200], 200],
  [0.5, [200, 100, 200, 300], 200],
  [1, [400, 100, 300, 200], 400],
  [0, [400, 100, 300, 200], 100],
])("quantile %d of %j is %d", (part, latencies, quantile) => {
  expect(noted(...latencies).quantile(0, part)).toBe(quantile);
});

test("nothing is known of none, and old ones do not count", () => {
  expect(new LatencyWindow().quantile(0, 0.9)).toBeUndefined();
  const window = noted(900, 100, 200);
  expect(window.quantile(1, 1)).toBe(200);
  expect(window.quantile(3, 1)).toBeUndefined();
});

test("only the newest 64 are kept", () => {
  const window = noted(...Array.from({ length: 64 }, (_, index) => (index === 0 ? 9_000 : 100)));
  expect(window.quantile(0, 1)).toBe(9_000);
  window.note(64, 50);
  expect(window.quantile(0, 1)).toBe(100);
  expect(window.quantile(0, 0)).toBe(50);
});

test("it says the same as sorting all that is left", () => {
  const window = new LatencyWindow();
  const latencies: number[] = [];
  for (let call = 0; call < 500; call++) {
    const latencyMs = (call * 7919) % 101;
    latencies.push(latencyMs);
    window.note(call, latencyMs);
    const sinceMs = Math.max(0, call - 40);
    const sorted = latencies.slice(sinceMs).toSorted((first, second) => first - second);
    expect(window.quantile(sinceMs, 0.9)).toBe(sorted[Math.ceil(sorted.length * 0.9) - 1]);
  }
});
