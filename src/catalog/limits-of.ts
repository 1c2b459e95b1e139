import type { LimitConfig } from "../config/provider-config.ts";
import { DAY_MS, MINUTE_MS } from "../core/durations.ts";
import type { Limit } from "../core/limit.ts";
import type { Profile } from "./profile.ts";

/** Layers from the most general to the most special: each limit replaces that of the same metric and window below. */
export function layerLimits(layers: readonly (readonly LimitConfig[])[], profile: Profile): Limit[] {
  const byWindow = new Map<string, LimitConfig>();
  for (const limit of layers.flat()) byWindow.set(`${limit.metric}/${limit.windowMs}`, limit);
  const limits = [...byWindow.values()].flatMap((limit) => toLimit(limit, profile));
  return withShortWindow(limits, profile);
}

/** One limit for each metric and window: the smallest of all. What only some have holds for all. */
export function tightestLimits(lists: readonly (readonly Limit[])[]): Limit[] {
  const tightest = new Map<string, Limit>();
  for (const limit of lists.flat()) {
    const window = limit.calendarTimeZone === undefined ? "rolling" : "calendar";
    const key = `${window}/${limit.metric}/${limit.windowMs}`;
    const other = tightest.get(key);
    if (other === undefined || limit.amount < other.amount) tightest.set(key, limit);
  }
  return [...tightest.values()];
}

/**
 * The distance of even starts in milliseconds: 60 s / RPM, or the like for a shorter window; undefined: no limit of
 * requests from which it could follow. Hours and days give none: who has 100 requests a day wants them when needed.
 */
export function evenSpacingMs(limits: readonly Limit[]): number | undefined {
  const distances = limits
    .filter(({ metric, windowMs }) => metric === "requests" && windowMs <= MINUTE_MS)
    .map(({ windowMs, amount }) => windowMs / amount);
  return distances.length === 0 ? undefined : Math.max(...distances);
}

function toLimit({ metric, windowMs, amount, day }: LimitConfig, profile: Profile): Limit[] {
  if (amount === undefined) return [];
  if (metric === "concurrent") return [{ metric, windowMs: 0, amount }];
  const timeZone = day === "provider" ? profile.dayTimeZone : day === "rolling" ? undefined : day.timeZone;
  if (timeZone === undefined) return [{ metric, windowMs, amount }];
  return [{ metric, windowMs: DAY_MS, amount, calendarTimeZone: timeZone }];
}

function withShortWindow(limits: Limit[], { shortWindowMs }: Profile): Limit[] {
  const requests = limits.filter(({ metric }) => metric === "requests");
  const perMinute = requests.find(({ windowMs }) => windowMs === MINUTE_MS);
  if (shortWindowMs === undefined || perMinute === undefined) return limits;
  if (requests.some(({ windowMs }) => windowMs === shortWindowMs)) return limits;
  const amount = Math.max(1, Math.floor((perMinute.amount * shortWindowMs) / MINUTE_MS));
  return [...limits, { metric: "requests", windowMs: shortWindowMs, amount }];
}
