import type { Config } from "../../config/config.ts";
import type { BudgetReport } from "../budget/budget-report.ts";

/** What an alert is about. */
export type AlertKind =
  | "budget_threshold"
  | "budget_exceeded"
  | "rate_limit_hits"
  | "error_rate"
  | "unusual_spending"
  | "provider_down";

/** Something people should know, as an evaluation finds it. */
export interface AlertFinding {
  readonly kind: AlertKind;
  /** Found again with the same key it is not raised again: it names the subject and the period. */
  readonly key: string;
  /** What happened, in one sentence. */
  readonly message: string;
  /** What was measured, in the unit of `threshold`. */
  readonly value: number;
  /** Budgets and error rates: a fraction; 429s: a count; spending: US dollars; a provider that is down: 0. */
  readonly threshold: number;
  /** Undefined: it is not about a budget. */
  readonly budget: BudgetReport | undefined;
  /** Empty: it is not about one provider. */
  readonly provider: string;
}

/** A finding that was raised. */
export interface Alert extends AlertFinding {
  /** Webhooks carry the same one. */
  readonly id: string;
  /** When it was raised, in milliseconds since the Unix epoch. */
  readonly wallMs: number;
}

/** From when on something is worth an alert. */
export interface AlertSettings {
  /** Parts of a budget, 0 to 1. */
  readonly budgetThresholds: readonly number[];
  /** 429s of one provider within 5 minutes. */
  readonly rateLimitHits: number;
  /** Part of the calls of one provider that failed within 5 minutes, 0 to 1, of at least 20 calls. */
  readonly errorRate: number;
  /** Spending of an hour above the usual below which it is never called unusual, in US dollars. */
  readonly unusualSpendingUsd: number;
}

/** What the configuration says. */
export function alertSettings({ alerts, budgets }: Pick<Config, "alerts" | "budgets">): AlertSettings {
  return {
    budgetThresholds: budgets.alertThresholds,
    rateLimitHits: alerts.rateLimitHits,
    errorRate: alerts.errorRate,
    unusualSpendingUsd: Number(alerts.unusualSpendingNanoUsd) / 1e9,
  };
}
