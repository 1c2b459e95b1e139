import { type Refusal, refuse } from "../../core/refusal.ts";
import type { BudgetVerdict } from "./budget-report.ts";

/** The refusal of a call that does not fit a budget, or whose price must be known for one and is not. */
export function refuseBudget(model: string, verdict: Exclude<BudgetVerdict, { kind: "within" }>): Refusal {
  if (verdict.kind === "price_unknown") {
    return refuse("PRICE_UNKNOWN", `${model}: ${verdict.explanation}.`, { metadata: { model } });
  }
  return refuse("BUDGET_EXCEEDED", `${model}: ${verdict.explanation}.`, {
    metadata: { model },
    quotaViolations: [verdict.violation],
    ...(verdict.retryAfterMs !== undefined && { retryAfterMs: verdict.retryAfterMs }),
  });
}
