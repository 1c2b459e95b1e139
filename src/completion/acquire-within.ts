import type { Refusal } from "../core/refusal.ts";
import type { BudgetScope } from "../cost/budget/budget-scope.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { StartRequest } from "../scheduler/waiter.ts";

/**
 * Acquires a start; a wait ends as soon as other calls have spent so much that none of the options fits its budgets any
 * more. `scopes` are the budgets of the options; undefined: an option has none, and can always be waited for.
 * `refuseOver` says why nothing fits; undefined: something does.
 */
export function acquireWithin(
  scheduler: Scheduler,
  request: StartRequest,
  scopes: readonly (BudgetScope | undefined)[],
  refuseOver: () => Refusal | undefined,
): Lease | Refusal | Promise<Lease | Refusal> {
  if (scopes.includes(undefined)) return scheduler.acquire(request);
  const leaving = new AbortController();
  const signal = AbortSignal.any([request.signal, leaving.signal]);
  const outcome = scheduler.acquire({ ...request, signal });
  if (!(outcome instanceof Promise)) return outcome;
  let refusal: Refusal | undefined;
  const fitting = new Set(scopes as readonly BudgetScope[]);
  const stops = [...fitting].map((scope) =>
    scope.watch(() => {
      fitting.delete(scope);
      refusal = fitting.size > 0 ? undefined : refuseOver();
      if (refusal !== undefined) leaving.abort();
    }),
  );
  return outcome.then((answer) => {
    for (const stop of stops) stop();
    return answer.kind === "refused" ? (refusal ?? answer) : answer;
  });
}
