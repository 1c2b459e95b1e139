import type { Registry } from "prom-client";
import type { BudgetReport } from "../cost/budget/budget-report.ts";
import { addGauge } from "./live-metrics.ts";

const LABELS = ["scope", "value", "period"];

/**
 * Adds the budgets by calendar period. Those of tags are left out: where each value of a tag has a budget, callers
 * decide how many there are.
 */
export function addBudgetMetrics(registry: Registry, budgets: () => readonly BudgetReport[]): void {
  const add = (name: string, help: string, measure: (budget: BudgetReport) => bigint) =>
    addGauge(registry, {
      name,
      help,
      labelNames: LABELS,
      read: () =>
        budgets()
          .filter(({ period, scope }) => period !== "request" && scope !== "tag")
          .map((budget) => ({
            labels: { scope: budget.scope, value: budget.scopeValue, period: budget.period },
            value: Number(measure(budget)) / 1e9,
          })),
    });
  add("headway_budget_limit_usd", "Amount of a budget, in dollars.", ({ amountNanoUsd }) => amountNanoUsd);
  add(
    "headway_budget_used_usd",
    "Spent of a budget in its present period.",
    ({ usedNanoUsd }) => usedNanoUsd,
  );
  add("headway_budget_reserved_usd", "Worst cost of the calls that are open.", (one) => one.reservedNanoUsd);
  add("headway_budget_remaining_usd", "Left of a budget, at least 0.", (one) => one.remainingNanoUsd);
}
