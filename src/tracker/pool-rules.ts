import type { ChargeAt, Limit, Refund } from "../core/limit.ts";

/**
 * How starts are spread: `even` keeps them 60 s / RPM apart, `none` does not, `{burst: n}` lets n go at once and
 * then n more every n × 60 s / RPM.
 */
export type Spacing = "even" | "none" | { readonly burst: number };

/** What a pool is held to. */
export interface PoolRules {
  readonly limits: readonly Limit[];
  /** Kept free of every limit, in the limit's own unit. Default 2: use never reaches the amount − 1. */
  readonly safetyMargin: number;
  /** Kept free of token limits besides, in percent of the amount. 0 to 99. */
  readonly tokenMarginPercent: number;
  /** Longest time between a grant and the call's arrival at the provider, in milliseconds. */
  readonly guardMs: number;
  readonly spacing: Spacing;
  readonly chargeAt: ChargeAt;
  readonly refund: Refund;
}

/** What is really used of a limit: its amount less the margins, and at least 1 (rule R1). */
export function capOf(limit: Limit, rules: PoolRules): number {
  const isTokens = limit.metric !== "requests" && limit.metric !== "concurrent";
  const percent = isTokens ? Math.ceil((limit.amount * rules.tokenMarginPercent) / 100) : 0;
  return Math.max(1, limit.amount - rules.safetyMargin - percent);
}

/** Longest window over requests from which the even spacing is derived. */
const LONGEST_SPACED_WINDOW_MS = 60_000;

/**
 * Rule R3 as a limit: at most `starts` in any window of `windowMs`. The least time between two starts is the window
 * of the tightest request limit of a minute or less, divided by its amount; a burst is no more than what the longest
 * of these windows takes. `undefined` without such a limit, or when the rules want no spacing.
 */
export function spacingOf({
  spacing,
  limits,
}: PoolRules): { readonly windowMs: number; readonly starts: number } | undefined {
  let gapMs = 0;
  let longestMs = 0;
  for (const { metric, windowMs, amount } of limits) {
    if (metric !== "requests" || windowMs > LONGEST_SPACED_WINDOW_MS) continue;
    gapMs = Math.max(gapMs, windowMs / amount);
    longestMs = Math.max(longestMs, windowMs);
  }
  if (spacing === "none" || gapMs === 0) return undefined;
  if (spacing === "even") return { windowMs: gapMs, starts: 1 };
  // A little more, since 60,000 / (60,000 / 7) may come out below 7.
  const starts = Math.max(1, Math.min(spacing.burst, Math.floor(longestMs / gapMs + 1e-9)));
  return { windowMs: gapMs * starts, starts };
}
