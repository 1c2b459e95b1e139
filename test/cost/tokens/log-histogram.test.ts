import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LogHistogram } from "../../../src/cost/tokens/log-histogram.ts";

const options = { lowest: 1, highest: 2 ** 20, binsPerOctave: 8, fadeAt: 1_000_000 };
const BIN = 2 ** (1 / 8);

function histogramOf(values: readonly number[], changes: Partial<typeof options> = {}): LogHistogram {
  const histogram = new LogHistogram({ ...options, ...changes });
  for (const value of values) histogram.add(value);
  return histogram;
}

describe("quantiles", () => {
  it("are never below the true ones, and above them by less than a bin", () => {
    const values = fc.array(fc.integer({ min: 1, max: 2 ** 20 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.01, 0.5, 0.9, 0.95, 0.99, 1), (drawn, share) => {
        const sorted = drawn.toSorted((left, right) => left - right);
        const actual = sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-6) - 1)]!;
        const quantile = histogramOf(drawn).quantile(share)!;
        expect(quantile).toBeGreaterThanOrEqual(actual * (1 - 1e-9));
        expect(quantile).toBeLessThan(actual * BIN * (1 + 1e-9));
      }),
    );
  });

  it("do not exist while nothing was added", () => {
    expect(histogramOf([]).quantile(0.5)).toBeUndefined();
    expect(histogramOf([]).highest()).toBeUndefined();
  });

  it("take what lies outside, or is no number, as the nearest that is inside", () => {
    expect(histogramOf([0]).highest()).toBe(1);
    expect(histogramOf([Number.NaN]).highest()).toBe(1);
    expect(histogramOf([2 ** 30]).highest()).toBe(2 ** 20);
  });
});

it("forgets what was long ago", () => {
  const histogram = histogramOf(Array(100).fill(1_000), { fadeAt: 64 });
  for (let call = 0; call < 1_000; call++) histogram.add(10);
  expect(histogram.highest()).toBeLessThan(11);
  expect(histogram.weight).toBeLessThanOrEqual(64);
});

it("is the same after storing and restoring", () => {
  const histogram = histogramOf([1, 5, 5, 80, 3_000]);
  const stored = JSON.parse(JSON.stringify(histogram.snapshot()));
  const restored = new LogHistogram(options);
  restored.add(77);
  restored.restore(stored);
  for (const share of [0, 0.2, 0.5, 0.8, 1]) expect(restored.quantile(share)).toBe(histogram.quantile(share));
  expect(restored.weight).toBe(5);
  const narrower = new LogHistogram({ ...options, highest: 100 });
  narrower.restore(stored);
  expect(narrower.weight).toBe(4);
});
