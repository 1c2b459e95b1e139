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
 * Least time between two starts by rule R3, in milliseconds: the window of the tightest request limit of a minute
 * or less, divided by its amount. 0 without such a limit.
 */
export function spacingMs(limits: readonly Limit[]): number {
  let spacing = 0;
  for (const { metric, windowMs, amount } of limits) {
    if (metric !== "requests" || windowMs > LONGEST_SPACED_WINDOW_MS) continue;
    spacing = Math.max(spacing, windowMs / amount);
  }
  return spacing;
}
