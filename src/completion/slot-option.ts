import type { Deployment, Model } from "../catalog/catalog.ts";
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

/** Acquires a slot at one of those options that fit their budgets. */
export function acquireFitting(
  scheduler: Scheduler,
  request: StartRequest,
  options: readonly SlotOption[],
): ReturnType<Scheduler["acquire"]> {
  const fitting = options.filter((option) => overBudget(option) === undefined);
  const first = fitting[0];
  if (first === undefined) return overBudget(options[0]!)!;
  const scopes = fitting.map(({ budget }) => budget?.scope);
  const refuseOver = (): Refusal | undefined =>
    fitting.every((option) => overBudget(option) !== undefined) ? overBudget(first) : undefined;
  return acquireWithin(scheduler, { ...request, options: fitting }, scopes, refuseOver);
}

/** Why an option does not fit its budgets. Undefined: it does. */
function overBudget({ deployment, budget }: SlotOption): Refusal | undefined {
  const verdict = budget?.verdict(NOTHING_SPENT);
  return verdict === undefined || verdict.kind === "within" ? undefined : refuseBudget(deployment, verdict);
}
