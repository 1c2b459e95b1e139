import type { Metric } from "../core/limit.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** A declared limit of a pool. Unlimited is no limit: it is not in the list. */
export type Limit = RollingLimit | CalendarLimit | ConcurrencyLimit;

/** At most `amount` in any window of this length. */
export interface RollingLimit {
  readonly kind: "rolling";
  readonly metric: Exclude<Metric, "concurrent">;
  readonly windowMs: number;
  /** As the provider declares it, before any margin; at least 1. */
  readonly amount: number;
}

/** At most `amount` in one calendar day of a time zone. */
export interface CalendarLimit {
  readonly kind: "calendar";
  readonly metric: Exclude<Metric, "concurrent">;
  /** Nominal: a day on which the clock changes is longer or shorter. */
  readonly windowMs: typeof DAY_MS;
  readonly amount: number;
  readonly calendar: { readonly timeZone: string };
}

/** At most `amount` calls running at the same time. */
export interface ConcurrencyLimit {
  readonly kind: "concurrent";
  readonly metric: "concurrent";
  readonly windowMs: 0;
  readonly amount: number;
}

/** Short name of a limit, as `requests per 1m`, for messages. */
export function limitName(limit: Pick<Limit, "metric" | "windowMs">): string {
  if (limit.metric === "concurrent") return "concurrent calls";
  const window =
    limit.windowMs === MINUTE_MS ? "minute" : limit.windowMs === DAY_MS ? "day" : `${limit.windowMs} ms`;
  return `${limit.metric.replace("_", " ")} per ${window}`;
}
