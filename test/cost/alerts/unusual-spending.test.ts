import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { findUnusualSpending, unusualSpendingBound } from "../../../src/cost/alerts/unusual-spending.ts";

const DAY = 24;
const WEEK = 7 * DAY;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** Spending in US dollars by hours since a Monday, midnight; `noise` is of mean 0 and deviation 1. */
type Shape = (hour: number, noise: number) => number;

/** Quiet nights and busy afternoons. */
const daily = (hour: number): number => 20 * (0.1 + Math.exp(-(((hour % DAY) - 14) ** 2) / 18));
const isWeekend = (hour: number): boolean => hour % WEEK >= 5 * DAY;

const SHAPES: Readonly<Record<string, Shape>> = {
  "a daily rhythm": (hour, noise) => daily(hour) * Math.exp(0.3 * noise),
  "quiet weekends": (hour, noise) => daily(hour) * (isWeekend(hour) ? 0.1 : 1) * Math.exp(0.3 * noise),
  "busy weekends": (hour, noise) => daily(hour) * (isWeekend(hour) ? 3 : 1) * Math.exp(0.3 * noise),
  "summer time that begins": (hour, noise) =>
    daily(hour < 4 * WEEK ? hour : hour + 1) * Math.exp(0.3 * noise),
  "growth of 2 % a day": (hour, noise) => daily(hour) * 1.02 ** (hour / DAY) * Math.exp(0.3 * noise),
  "the same in every hour": () => 5,
  "a job on Sunday nights": (hour, noise) => (hour % WEEK === 6 * DAY + 3 ? 80 : 0) * Math.exp(0.1 * noise),
};

function month(shape: Shape, seed: number, hours: number): number[] {
  const random = seededRandom(seed);
  const noise = (): number =>
    Array.from({ length: 12 }, () => random.next()).reduce((sum, one) => sum + one) - 6;
  return Array.from({ length: hours }, (_, hour) => shape(hour, noise()));
}

/** How many hours of the fifth week would have been called unusual; `peak` changes them. */
function unusualHours(shape: Shape, seed: number, peak: (usd: number) => number = (usd) => usd): number {
  const spending = month(shape, seed, 5 * WEEK);
  let count = 0;
  for (let hour = 4 * WEEK; hour < 5 * WEEK; hour++) {
    const bound = unusualSpendingBound(spending.slice(0, hour), 1)!;
    if (peak(spending[hour]!) > bound) count++;
  }
  return count;
}

describe("ordinary months", () => {
  test.each(Object.entries(SHAPES))("%s: at most 1 false alarm in 10 weeks", (_name, shape) => {
    const alarms = SEEDS.map((seed) => unusualHours(shape, seed));
    expect(alarms.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(1);
  });
});

describe("months with a peak", () => {
  test.each(["a daily rhythm", "quiet weekends", "growth of 2 % a day"])(
    "%s: 8 times as much is found in nearly every hour",
    (name) => {
      const found = SEEDS.map((seed) => unusualHours(SHAPES[name]!, seed, (usd) => 8 * usd));
      expect(found.reduce((sum, count) => sum + count) / SEEDS.length / WEEK).toBeGreaterThan(0.9);
    },
  );

  test("where spending is even, twice as much is found in every hour", () => {
    expect(unusualHours(SHAPES["the same in every hour"]!, 1, (usd) => 2 * usd)).toBe(WEEK);
  });

  test("an afternoon's spending at night is found, though it is no record", () => {
    const spending = month(SHAPES["a daily rhythm"]!, 1, 4 * WEEK + 3);
    expect(unusualSpendingBound(spending, 1)).toBeLessThan(daily(14));
    expect(Math.max(...spending)).toBeGreaterThan(daily(14));
  });

  test("a peak last week does not hide one this week", () => {
    const spending = month(SHAPES["a daily rhythm"]!, 1, 4 * WEEK + 14);
    const before = unusualSpendingBound(spending, 1)!;
    spending[3 * WEEK + 14] = 10_000;
    expect(unusualSpendingBound(spending, 1)).toBeLessThan(1.5 * before);
  });
});

test("with less than two weeks of history nothing is unusual", () => {
  expect(unusualSpendingBound(month(SHAPES["a daily rhythm"]!, 1, 2 * WEEK - 1), 1)).toBeUndefined();
  expect(findUnusualSpending(1e9, undefined, 0)).toEqual([]);
});

test("small change is never unusual", () => {
  const bound = unusualSpendingBound(
    Array.from({ length: 2 * WEEK }, () => 0.001),
    1,
  )!;
  expect(bound).toBeGreaterThanOrEqual(1.001);
});

test("a finding says what was spent and what is usual, once an hour", () => {
  const at = Date.UTC(2026, 10, 22, 9, 20);
  const [finding] = findUnusualSpending(12.345, 4, at);
  expect(finding).toMatchObject({ kind: "unusual_spending", value: 12.345, threshold: 4 });
  expect(finding!.message).toContain("The hour from 2026-11-22T09:00:00Z has cost $12.35 so far");
  expect(findUnusualSpending(13, 4, at + 60_000)[0]!.key).toBe(finding!.key);
  expect(findUnusualSpending(4, 4, at)).toEqual([]);
});
