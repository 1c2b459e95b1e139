import type { Deployment } from "../catalog/catalog.ts";
import type { DeploymentHealth } from "./deployment-health.ts";
import type { BreakerState, DeploymentReport } from "./usage-report.ts";

const BEST_FIRST: readonly BreakerState[] = ["closed", "half_open", "open"];

/** A deployment as it stands now. */
export function reportDeployment(deployment: Deployment, health: DeploymentHealth): DeploymentReport {
  const { id, pool, enabled, offered, configured } = deployment;
  const breakerState = health.breaker(id).kind;
  const healthy = enabled && offered && configured && breakerState !== "open";
  return { name: id, pool, healthy, breakerState };
}

/** The best of the breakers: open only when all are; closed when there are none. */
export function bestBreakerState(deployments: readonly DeploymentReport[]): BreakerState {
  return (
    BEST_FIRST.find((state) => deployments.some(({ breakerState }) => breakerState === state)) ?? "closed"
  );
}
