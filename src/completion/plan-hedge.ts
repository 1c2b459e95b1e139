import { formatMs } from "../fallback/format.ts";
import type { RoutedCandidate } from "../fallback/route.ts";
import type { AttemptPlan } from "./attempt-plan.ts";
import type { DeploymentHealth } from "./deployment-health.ts";
import type { Hedge, HedgePlan } from "./race-attempts.ts";

export interface HedgeOptions {
  /** The part of the deployment's calls, 0 to 1, after whose usual latency another candidate is called. */
  readonly quantile: number;
  readonly health: DeploymentHealth;
  /** In the order of the route; not empty. */
  readonly untried: readonly RoutedCandidate[];
  /** The attempt at one of them as it would be made without another beside it. Undefined: it does not fit. */
  readonly planAt: (routed: RoutedCandidate, explanation: string) => HedgePlan | undefined;
}

/** Who is called, and when, if an attempt is slow. Undefined: nobody, since it is not known what is slow. */
export function planHedge(slow: AttemptPlan, options: HedgeOptions): Hedge | undefined {
  const { deployment } = slow.candidate;
  const kind = slow.sink === undefined ? "whole" : "streamed";
  const afterMs = options.health.usualLatencyMs(deployment.id, kind, options.quantile);
  if (afterMs === undefined) return undefined;
  const usually = `${deployment.id} has not answered in ${formatMs(afterMs)}, as it usually does`;
  return { afterMs, plans: () => plansBeside(slow, afterMs, usually, options) };
}

/**
 * It waits no longer for its turn than the other has been waited for, and fits into what the attempt that runs may leave
 * of the request's budget.
 */
function* plansBeside(
  slow: AttemptPlan,
  afterMs: number,
  explanation: string,
  { health, planAt, untried }: HedgeOptions,
): Iterable<HedgePlan> {
  // Held back until it is whole it is later than usual, and is not to be given up for that.
  if (slow.hasAlternative && health.breaksOff(slow.candidate.deployment.id)) return;
  const worstNanoUsd = slow.candidate.budget.worstCost?.totalNanoUsd ?? 0n;
  for (const routed of untried) {
    const hedge = planAt(routed, explanation);
    if (hedge === undefined) continue;
    const { fitted, plan } = hedge;
    const start = { ...plan.start, maxWaitMs: Math.min(plan.start.maxWaitMs, afterMs) };
    const spending = { ...plan.spending, spentNanoUsd: plan.spending.spentNanoUsd + worstNanoUsd };
    yield { fitted, plan: { ...plan, number: slow.number + 1, start, spending } };
  }
}
