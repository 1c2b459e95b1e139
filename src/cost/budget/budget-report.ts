import type { QuotaViolation } from "../../core/refusal.ts";

/** What a budget applies to. */
export type BudgetScopeKind = "all" | "provider" | "model" | "tenant" | "tag";

/** How long a budget lasts: each request on its own, or a calendar period. */
export type BudgetPeriod = "request" | "hour" | "day" | "week" | "month";

/** One budget in its present period. */
export interface BudgetReport {
  readonly scope: BudgetScopeKind;
  /**
   * The provider, model, tenant, or `key=value`; empty for `all`. A budget of several, as of a tenant on a model, has
   * the scope of the narrowest, and the others follow it: `search, model openai/gpt-4o`.
   */
  readonly scopeValue: string;
  readonly period: BudgetPeriod;
  readonly amountNanoUsd: bigint;
  readonly usedNanoUsd: bigint;
  /** The worst case of calls that are not yet settled. */
  readonly reservedNanoUsd: bigint;
  /** At least 0. */
  readonly remainingNanoUsd: bigint;
  /** Wall time of the period's end. Undefined for `request`. */
  readonly resetWallMs: number | undefined;
  readonly timeZone: string;
  /** A call that would fit the whole amount did not fit what was left in this period. */
  readonly hasRefused: boolean;
}

/** What budgets, and the request's own bound on cost, say to the worst cost of a call. */
export type BudgetVerdict =
  /** It fits, if only once other calls have settled. */
  | { readonly kind: "within" }
  | {
      readonly kind: "over";
      /** Names the budget, what is left of it and what the call may cost. */
      readonly explanation: string;
      /** Until the budget's period ends. Undefined: waiting does not help. */
      readonly retryAfterMs: number | undefined;
      readonly violation: QuotaViolation;
    }
  /** A budget applies, and the price is not known. */
  | { readonly kind: "price_unknown"; readonly explanation: string };
