import type { Catalog } from "../catalog/catalog.ts";
import type { BudgetBook } from "../cost/budget/budget-book.ts";
import type { BudgetScope } from "../cost/budget/budget-scope.ts";
import type { ReplayedSlot } from "../scheduler/replay-slots.ts";
import { costOfSettled } from "./call-budget.ts";
import { tagsOfMemo } from "./slot-memo.ts";

/** The budgets of a slot that an earlier process granted. Undefined: none applies, or its model is not there any more. */
export function budgetOfSlot(
  { deployment, tenant, memo, reservedNanoUsd }: ReplayedSlot,
  budgets: BudgetBook,
  catalog: Catalog,
): BudgetScope | undefined {
  const found = catalog.find(deployment);
  if (reservedNanoUsd === undefined || found.kind === "not_found") return undefined;
  const { id: model, provider } = found.model;
  const series = { tenant, provider, model, tags: tagsOfMemo(memo) };
  return budgets.scopeFor({ ...series, worstCostNanoUsd: BigInt(reservedNanoUsd) }, costOfSettled);
}
