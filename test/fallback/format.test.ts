import { expect, test } from "vitest";
import { formatCount, formatMs, formatNanoUsd } from "../../src/fallback/format.ts";

test.each([
  [0, "0 ms"],
  [0.2, "1 ms"],
  [250, "250 ms"],
  [3_200, "3.2 s"],
  [5_000, "5 s"],
  [119_000, "119 s"],
  [300_000, "5 min"],
])("%d ms are %s", (milliseconds, text) => expect(formatMs(milliseconds)).toBe(text));

test.each([
  [7, "7"],
  [999, "999"],
  [12_000, "12,000"],
  [1_234_567, "1,234,567"],
])("%d is %s", (count, text) => expect(formatCount(count)).toBe(text));

test.each([
  [0n, "$0"],
  [1n, "$0.000000001"],
  [1_200_000n, "$0.0012"],
  [12_000_000_000n, "$12"],
])("%d nano-dollars are %s", (nanoUsd, text) => expect(formatNanoUsd(nanoUsd)).toBe(text));
