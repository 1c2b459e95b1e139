import type { BudgetReport } from "../budget/budget-report.ts";
import { formatUsd } from "../budget/format-usd.ts";
import type { AlertFinding } from "./alert.ts";

/**
 * Budgets that are used up to a threshold, or used up: spent, or without room for a call that came. Once per budget,
 * threshold and period. What is only reserved does not count, since most of it comes back.
 */
export function findBudgetAlerts(
  budgets: readonly BudgetReport[],
  thresholds: readonly number[],
): AlertFinding[] {
  return budgets.flatMap((budget) => {
    if (budget.resetWallMs === undefined || budget.amountNanoUsd === 0n) return [];
    const part = Number(budget.usedNanoUsd) / Number(budget.amountNanoUsd);
    const isUsedUp = budget.usedNanoUsd >= budget.amountNanoUsd || budget.hasRefused;
    const crossed = thresholds.filter((threshold) => threshold < 1 && part >= threshold);
    return [
      ...crossed.map((threshold) => finding(budget, "budget_threshold", part, threshold)),
      ...(isUsedUp ? [finding(budget, "budget_exceeded", part, 1)] : []),
    ];
  });
}

function finding(
  budget: BudgetReport,
  kind: "budget_threshold" | "budget_exceeded",
  value: number,
  threshold: number,
): AlertFinding {
  const { scope, scopeValue, period, usedNanoUsd, amountNanoUsd, resetWallMs } = budget;
  const subject = scope === "all" ? "everything" : `${scope} ${scopeValue}`;
  const spent = `${formatUsd(usedNanoUsd)} of ${formatUsd(amountNanoUsd)}`;
  const what = kind === "budget_exceeded" ? "is used up" : `is used to ${Math.floor(value * 100)} %`;
  return {
    kind,
    key: [kind, scope, scopeValue, period, amountNanoUsd, threshold, resetWallMs].join("|"),
    message: `The budget of ${subject} for this ${period} ${what}: ${spent}.`,
    value,
    threshold,
    budget,
    provider: "",
  };
}
