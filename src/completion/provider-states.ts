import type { Catalog } from "../catalog/catalog.ts";
import type { ProviderState } from "../cost/alerts/provider-alerts.ts";
import type { DeploymentHealth } from "./deployment-health.ts";

/**
 * Which providers are down: one has a deployment with an open breaker, and none that is closed and has answered in the
 * last 5 minutes. Models that nobody calls say nothing about their provider.
 */
export function providerStates(
  catalog: Pick<Catalog, "deployments">,
  health: Pick<DeploymentHealth, "breaker" | "latencyMs">,
): ProviderState[] {
  const byProvider = Map.groupBy(catalog.deployments, ({ provider }) => provider);
  return [...byProvider].map(([name, deployments]) => {
    const breakers = deployments.map(({ id }) => ({ id, kind: health.breaker(id).kind }));
    const isAlive = ({ id, kind }: (typeof breakers)[number]): boolean =>
      kind === "closed" && health.latencyMs(id) !== undefined;
    return { name, isDown: breakers.some(({ kind }) => kind === "open") && !breakers.some(isAlive) };
  });
}
