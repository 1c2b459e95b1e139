import type { Metric } from "../../core/limit.ts";

/** Rate-limit headers of an answer, by lower-case name. */
export type RateLimitHeaders = Readonly<Record<string, string>>;

/** What an answer's headers say about one limit. What they leave out is undefined. */
export interface HeaderLimit {
  readonly metric: Exclude<Metric, "concurrent">;
  /** Length of the limit's window in milliseconds. Undefined: the headers do not name it. */
  readonly windowMs?: number | undefined;
  /** The limit's amount. */
  readonly limit?: number | undefined;
  /** What was left of it when the provider answered. */
  readonly remaining?: number | undefined;
  /** How much more than `remaining` may really be left, where the provider rounds. Undefined: it is exact. */
  readonly remainingError?: number | undefined;
  /** Time until the limit is whole again, in milliseconds from now, at least 0. */
  readonly resetMs?: number | undefined;
}

/** What an answer's headers say. */
export interface HeaderFeedback {
  readonly limits: readonly HeaderLimit[];
  /** How long the provider asks to wait, in milliseconds from now. Undefined: it does not. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Reads one provider's rate-limit headers; `nowWallMs` is the wall time at which they came, for those that name a time.
 * Never throws: what makes no sense is left out.
 */
export type HeaderParser = (headers: RateLimitHeaders, nowWallMs: number) => HeaderFeedback;
