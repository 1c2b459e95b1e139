/** What a limit counts. `tokens` is input and output together; `concurrent` has no window. */
export type Metric = "requests" | "tokens" | "input_tokens" | "output_tokens" | "concurrent";

/** One limit of a provider: at most `amount` of `metric` in any window of `windowMs`. */
export interface Limit {
  readonly metric: Metric;
  /** Length of the window in milliseconds; 0 for `concurrent`. A calendar day says 86,400,000. */
  readonly windowMs: number;
  /** The provider's own figure, before the safety margin. At least 1. */
  readonly amount: number;
  /** Set: the window is the calendar day of this IANA time zone and not a rolling one. */
  readonly calendarTimeZone?: string;
  /** Set: so much was declared, and the provider's answers say that it is only `amount`. */
  readonly declaredAmount?: number;
}

/** When a provider counts a call's tokens: at its arrival, at its end, or input at arrival and output at the end. */
export type ChargeAt = "start" | "end" | "split";

/** Whether tokens reserved but not used return to the limit when a call ends. */
export type Refund = "full" | "none";

/** What one call takes from limits. */
export interface Amounts {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Input + output; when only the total is known, each side is reserved at the total. */
  readonly totalTokens: number;
}

/** What two take together. */
export function addAmounts(one: Amounts, other: Amounts): Amounts {
  return {
    requests: one.requests + other.requests,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    totalTokens: one.totalTokens + other.totalTokens,
  };
}

/** The amounts of one call with a known split. */
export function callAmounts(inputTokens: number, outputTokens: number): Amounts {
  return { requests: 1, inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

/** The amounts of one call of which only the total is known: each side may be all of it. */
export function callAmountsOfTotal(totalTokens: number): Amounts {
  return { requests: 1, inputTokens: totalTokens, outputTokens: totalTokens, totalTokens };
}

/** Why a start is later than now. */
export type WaitCause =
  | "requests_window"
  | "tokens_window"
  | "daily_window"
  | "spacing"
  | "concurrency"
  | "provider_hold"
  | "queue";
