import type { Refusal } from "../core/refusal.ts";
import type { Waiting } from "../core/waiting.ts";
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
): Lease | Refusal | Waiting<Lease | Refusal> {
  const outcome = scheduler.acquire(request);
  if (outcome.kind !== "waiting" || scopes.includes(undefined)) return outcome;
  let refusal: Refusal | undefined;
  const fitting = new Set(scopes as readonly BudgetScope[]);
  const stops = [...fitting].map((scope) =>
    scope.watch(() => {
      fitting.delete(scope);
      refusal = fitting.size > 0 ? undefined : refuseOver();
      if (refusal !== undefined) outcome.leave();
    }),
  );
  const answer = outcome.answer.then((ended) => {
    for (const stop of stops) stop();
    return ended.kind === "refused" ? (refusal ?? ended) : ended;
  });
  return { kind: "waiting", answer, leave: () => outcome.leave() };
}
