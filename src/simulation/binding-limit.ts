import type { Limit, WaitCause } from "../core/limit.ts";
import type { BindingLimit, LimitReport } from "./report.ts";

/** Limits over longer windows, and those over calendar days, are what the cause `daily_window` speaks of. */
const LONGEST_SHORT_WINDOW_MS = 10 * 60_000;
/** Even spacing follows from limits of requests over at most this. */
const LONGEST_SPACED_WINDOW_MS = 60_000;

/** How many requests each cause held back. */
export type HeldBack = ReadonlyMap<WaitCause, number>;

/**
 * The limit of a pool that held back most requests. Spacing only counts where nothing else did, since every request
 * that waits for a window is spaced as well.
 */
export function findBindingLimit(
  limits: readonly LimitReport[],
  heldBack: HeldBack,
): BindingLimit | undefined {
  const ranked = [...heldBack].sort(
    ([left, leftCount], [right, rightCount]) =>
      Number(left === "spacing") - Number(right === "spacing") || rightCount - leftCount,
  );
  for (const [cause, count] of ranked) {
    const fitting = limits.filter(({ limit }) => isMeantBy(cause, limit));
    const tightest = cause === "spacing" ? widestSpacing(fitting) : mostUsed(fitting);
    if (tightest !== undefined) return { pool: tightest.pool, limit: tightest.limit, heldBack: count };
  }
  return undefined;
}

/** The limit of which the largest part was used. Undefined: there is none. */
export function mostUsed(limits: readonly LimitReport[]): LimitReport | undefined {
  return limits.toSorted(
    (left, right) => right.utilization - left.utilization || right.peakUtilization - left.peakUtilization,
  )[0];
}

function widestSpacing(limits: readonly LimitReport[]): LimitReport | undefined {
  const distance = ({ limit }: LimitReport): number => limit.windowMs / limit.amount;
  return limits.toSorted((left, right) => distance(right) - distance(left))[0];
}

function isMeantBy(cause: WaitCause, { metric, windowMs, calendarTimeZone }: Limit): boolean {
  const isLong = windowMs > LONGEST_SHORT_WINDOW_MS || calendarTimeZone !== undefined;
  switch (cause) {
    case "requests_window":
      return metric === "requests" && !isLong;
    case "tokens_window":
      return metric.endsWith("tokens") && !isLong;
    case "daily_window":
      return isLong;
    case "concurrency":
      return metric === "concurrent";
    case "spacing":
      return metric === "requests" && windowMs <= LONGEST_SPACED_WINDOW_MS;
    case "provider_hold":
    case "queue":
      return false;
  }
}
