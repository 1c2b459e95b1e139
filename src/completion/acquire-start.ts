import type { Clock } from "../core/clock.ts";
import type { Refusal } from "../core/refusal.ts";
import { answerUnlessAborted } from "../core/waiting.ts";
import { refuseBudget } from "../cost/budget/refuse-budget.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { StartRequest } from "../scheduler/waiter.ts";
import { acquireWithin } from "./acquire-within.ts";
import type { AttemptPlan } from "./attempt-plan.ts";

/** A call that missed its moment is asked for again at most so many times. */
const MOST_MISSED_STARTS = 3;

/** Leases of our own calls outlive the longest call: they are settled in any case. */
const LEASE_SLACK_MS = 60_000;

export interface StartTools {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** The longest time between grant and start, in milliseconds. */
  readonly guardMs: number;
}

/** A slot whose call can start within the guard; one that came too late for that is given back and asked for anew. */
export async function acquireStart(
  plan: AttemptPlan,
  { clock, guardMs, scheduler }: StartTools,
): Promise<Lease | Refusal> {
  const { candidate, signal, start } = plan;
  const options = [candidate.option];
  const leaseDurationMs = candidate.providerConfig.timeoutMs + LEASE_SLACK_MS;
  // Only budgets need to know of a call after a crash.
  const memo = candidate.budget.scope && { memo: plan.memo };
  const request: StartRequest = { ...start, ...memo, options, leaseDurationMs };
  const refuseOver = (): Refusal | undefined => {
    const verdict = candidate.budget.verdict(plan.spending);
    return verdict.kind === "within" ? undefined : refuseBudget(candidate.deployment.id, verdict);
  };
  for (let missed = 0; ; missed++) {
    const over = refuseOver();
    if (over !== undefined) return over;
    const outcome = acquireWithin(scheduler, request, [candidate.budget.scope], refuseOver);
    const lease = outcome.kind === "waiting" ? await answerUnlessAborted(outcome, signal) : outcome;
    if (lease.kind === "refused") return lease;
    if (clock.monotonicMs() - lease.startMs <= guardMs || missed >= MOST_MISSED_STARTS) return lease;
    candidate.option.pool.counters.useByMissed++;
    scheduler.release(lease);
  }
}
