import type { Cost } from "../core/cost.ts";
import type { TokenUsage } from "../core/usage.ts";

/** How a call that the caller made in its slot ended. `failed` still counts as a request. */
export type SlotOutcome = "succeeded" | "failed" | "rate_limited";

/** Tokens as the caller reports them. */
export interface ReportedUsage extends TokenUsage {
  /** Input and output together; at least what is known of both. Undefined: neither it nor both sides are known. */
  readonly totalTokens?: number;
}

/** What became of the call in a slot. */
export interface SlotSettlement {
  readonly slotId: string;
  readonly outcome: SlotOutcome;
  /** Undefined: not known; all that was reserved stays charged. */
  readonly usage: ReportedUsage | undefined;
  /** HTTP status, 100 to 599. Undefined: not known, or it never answered. */
  readonly providerStatusCode: number | undefined;
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The provider's rate-limit headers with lower-case names. */
  readonly providerHeaders: Readonly<Record<string, string>>;
}

/** What was charged for the call in a slot. */
export interface SlotCharge {
  readonly kind: "settled";
  /** Undefined: the price is not known. */
  readonly cost: Cost | undefined;
  /** What was charged; marked as estimated where the caller did not say. */
  readonly usage: ReportedUsage;
}
