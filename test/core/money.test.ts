import { describe, expect, it } from "vitest";
import { divideUp, nanoUsdRoundedUp } from "../../src/core/money.ts";

describe("nano-dollars of a decimal", () => {
  it.each<[number, bigint]>([
    [0, 0n],
    [0.1, 100_000_000n],
    [600, 600_000_000_000n],
    [0.003625, 3_625_000n],
    [1e-7, 100n],
    [1e-9, 1n],
    [1e-12, 1n],
    [1.5e-9, 2n],
    [0.08333333333333334, 83_333_334n],
    [1e21, 10n ** 30n],
  ])("of %d", (amount, nanoUsd) => {
    expect(nanoUsdRoundedUp(amount)).toBe(nanoUsd);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (amount) => {
    expect(() => nanoUsdRoundedUp(amount)).toThrow(RangeError);
  });
});

it.each([
  [0n, 3n, 0n],
  [1n, 3n, 1n],
  [3n, 3n, 1n],
  [4n, 3n, 2n],
])("%d / %d rounds up to %d", (dividend, divisor, quotient) => {
  expect(divideUp(dividend, divisor)).toBe(quotient);
});
