import { utcHourText } from "../../core/calendar.ts";
import { HOUR_MS } from "../../core/durations.ts";
import type { AlertFinding } from "./alert.ts";

const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;

/** How far back spending is compared with, in hours: 4 weeks. */
export const COMPARED_HOURS: number = 4 * WEEK_HOURS;
/** With a shorter history nothing can be called unusual. */
const LEAST_HOURS = 2 * WEEK_HOURS;
/** Distance from the median in robust standard deviations: by chance alone, once in some 30 years of hours. */
const MOST_DEVIATIONS = 4.5;
/** Least standard deviation of the logarithm: spending may always vary by some 15 %. */
const LEAST_DEVIATION = 0.15;
/** The median absolute deviation of a normal distribution times this is its standard deviation. */
const MAD_TO_DEVIATION = 1.4826;
/** Least factor above what the same hours of the week have cost before, the one peak that may be among them aside. */
const LEAST_FACTOR = 1.5;
/** Added before taking logarithms, so that idle hours count as a cent. */
const CENT = 0.01;

/**
 * The spending of one hour above which it is unusual, in US dollars. `history` is the spending of the hours before, the
 * latest last. Undefined: there is too little history.
 *
 * The statistic is the median of the logarithms of the same hours of the last four weeks, each with its two neighbours,
 * plus 4.5 robust standard deviations: 1.4826 × the median distance of the hours at this time of day from such medians
 * of their own. The hour of the week takes care of daily and weekly rhythm, the neighbours of changes to summer time,
 * medians of single peaks, and logarithms of noise that grows with the amount. The bound is never below 1.5 × the second
 * largest of those hours nor, where they are mostly idle, below the largest hour of all.
 */
export function unusualSpendingBound(history: readonly number[], leastExcessUsd: number): number | undefined {
  if (history.length < LEAST_HOURS) return undefined;
  const recent = history.slice(-COMPARED_HOURS);
  const logs = recent.map((usd) => Math.log(usd + CENT));
  const middle = median(sameHoursOfWeek(logs, logs.length));
  const distances = hoursEvery(DAY_HOURS, logs.length, logs.length).map((index) =>
    Math.abs(logs[index]! - median(sameHoursOfWeek(logs, index))),
  );
  const deviation = Math.max(LEAST_DEVIATION, MAD_TO_DEVIATION * median(distances));
  const usual = Math.exp(middle) - CENT;
  const same = sameHoursOfWeek(recent, recent.length).sort((left, right) => right - left);
  return Math.max(
    Math.exp(middle + MOST_DEVIATIONS * deviation) - CENT,
    LEAST_FACTOR * same[1]!,
    usual < CENT ? Math.max(...recent) : 0,
    usual + leastExcessUsd,
  );
}

/** Finds that the hour that runs has cost more than is usual. Once per hour. */
export function findUnusualSpending(
  spentUsd: number,
  boundUsd: number | undefined,
  nowWallMs: number,
): AlertFinding[] {
  if (boundUsd === undefined || spentUsd <= boundUsd) return [];
  const hour = utcHourText(Math.floor(nowWallMs / HOUR_MS) * HOUR_MS);
  return [
    {
      kind: "unusual_spending",
      key: `unusual_spending|${hour}`,
      message:
        `The hour from ${hour} has cost $${spentUsd.toFixed(2)} so far; ` +
        `at this time of day up to $${boundUsd.toFixed(2)} is usual.`,
      value: spentUsd,
      threshold: boundUsd,
      budget: undefined,
      provider: "",
    },
  ];
}

/** The values at the same hour of other weeks, and next to it. */
function sameHoursOfWeek(values: readonly number[], index: number): number[] {
  return hoursEvery(WEEK_HOURS, index, values.length).map((hour) => values[hour]!);
}

/** Indices below `count` that are whole cycles away from one, and those next to them; none of its own cycle. */
function hoursEvery(cycleHours: number, from: number, count: number): number[] {
  const found: number[] = [];
  for (let middle = (from % cycleHours) - cycleHours; middle <= count; middle += cycleHours) {
    if (middle === from) continue;
    for (const index of [middle - 1, middle, middle + 1]) {
      if (index >= 0 && index < count) found.push(index);
    }
  }
  return found;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
