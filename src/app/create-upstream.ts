import { DeploymentHealth } from "../completion/deployment-health.ts";
import { Deployments } from "../completion/deployments.ts";
import { ProviderDirectory } from "../providers/provider-directory.ts";
import type { AppOptions } from "./app-options.ts";
import { createProvider } from "./create-provider.ts";

/** The deployments that can be called, how they do, and how they are reached. */
export interface Upstream {
  readonly deployments: Deployments;
  readonly health: DeploymentHealth;
  readonly providers: ProviderDirectory;
}

/** Makes them; nothing is connected before the first call. */
export function createUpstream({ catalog, clock, config, logger }: AppOptions): Upstream {
  return {
    deployments: new Deployments(catalog, config.tenants),
    health: new DeploymentHealth(clock, (deployment, state) => {
      logger[state === "open" ? "warn" : "info"]({ deployment, breaker: state }, `a breaker is ${state}`);
    }),
    providers: new ProviderDirectory(
      (deployment, connection) => createProvider(deployment, connection, clock),
      clock,
    ),
  };
}
