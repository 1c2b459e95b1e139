import type { Deployment, Model } from "../catalog/catalog.ts";
import type { BudgetsConfig } from "../config/config.ts";
import type { Refusal } from "../core/refusal.ts";
import type { RequestSpending } from "../cost/budget/budget-book.ts";
import { refuseBudget } from "../cost/budget/refuse-budget.ts";
import type { ModelPrice } from "../cost/price/model-price.ts";
import type { StartOption } from "../scheduler/place.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { StartRequest } from "../scheduler/waiter.ts";
import { acquireWithin } from "./acquire-within.ts";
import type { CallBudget } from "./call-budget.ts";

/** A deployment for which a slot may be granted. */
export interface SlotOption extends StartOption {
  readonly model: Model;
  readonly of: Deployment;
  /** Undefined: not known. */
  readonly price: ModelPrice | undefined;
  /** Undefined: nothing has a budget. */
  readonly budget: CallBudget | undefined;
}

/** A slot is a request of its own, without a bound on its cost. */
const NOTHING_SPENT: RequestSpending = { maxCostNanoUsd: undefined, spentNanoUsd: 0n };

/**
 * Acquires a slot at one of those options that fit their budgets. When the first does not, `downgrade` puts the cheapest of
 * the others first.
 */
export function acquireFitting(
  scheduler: Scheduler,
  request: StartRequest,
  options: readonly SlotOption[],
  onExceed: BudgetsConfig["onExceed"],
): ReturnType<Scheduler["acquire"]> {
  const inOrder = options.filter((option) => overBudget(option) === undefined);
  const isOver = inOrder[0] !== options[0];
  const fitting = isOver && onExceed === "downgrade" ? inOrder.toSorted(byWorstCost) : inOrder;
  const first = fitting[0];
  if (first === undefined) return overBudget(options[0]!)!;
  const scopes = fitting.map(({ budget }) => budget?.scope);
  const refuseOver = (): Refusal | undefined =>
    fitting.every((option) => overBudget(option) !== undefined) ? overBudget(first) : undefined;
  return acquireWithin(scheduler, { ...request, options: fitting }, scopes, refuseOver);
}

/** Those of which the price is not known come last. */
function byWorstCost(left: SlotOption, right: SlotOption): number {
  const worst = ({ budget }: SlotOption): number => Number(budget?.worstCost?.totalNanoUsd ?? Infinity);
  return worst(left) === worst(right) ? 0 : worst(left) - worst(right);
}

/** Why an option does not fit its budgets. Undefined: it does. */
function overBudget({ deployment, budget }: SlotOption): Refusal | undefined {
  const verdict = budget?.verdict(NOTHING_SPENT);
  return verdict === undefined || verdict.kind === "within" ? undefined : refuseBudget(deployment, verdict);
}
