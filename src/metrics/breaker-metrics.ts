import type { Registry } from "prom-client";
import type { BreakerState, DeploymentReport } from "../completion/usage-report.ts";
import { addGauge } from "./live-metrics.ts";

const STATES: readonly BreakerState[] = ["closed", "half_open", "open"];

/** Adds the state of each deployment's breaker: 1 for the one it is in, 0 for the others. */
export function addBreakerMetrics(registry: Registry, deployments: () => readonly DeploymentReport[]): void {
  addGauge(registry, {
    name: "headway_breaker_state",
    help: "1 for the state that the breaker of a deployment is in, 0 for the others.",
    labelNames: ["deployment", "state"],
    read: () =>
      deployments().flatMap(({ name, breakerState }) =>
        STATES.map((state) => ({
          labels: { deployment: name, state },
          value: state === breakerState ? 1 : 0,
        })),
      ),
  });
}
