import type { Deployment } from "../catalog/catalog.ts";
import type { ConnectionConfig } from "../config/provider-config.ts";
import type { Provider, ProviderConnection } from "./provider.ts";

/** Makes the provider of a deployment; called once per set of credentials and place. */
export type ProviderFactory = (deployment: Deployment, connection: ProviderConnection) => Provider;

/** The providers of all deployments: deployments that are reached the same way share one. */
export class ProviderDirectory {
  readonly #create: ProviderFactory;
  readonly #providers = new Map<ConnectionConfig, Map<string, Provider>>();

  constructor(create: ProviderFactory) {
    this.#create = create;
  }

  /** Undefined: Headway cannot call the deployment, as its `reason` says. */
  of(deployment: Deployment): Provider | undefined {
    if (!deployment.configured) return undefined;
    let byType = this.#providers.get(deployment.connection);
    if (byType === undefined) {
      byType = new Map();
      this.#providers.set(deployment.connection, byType);
    }
    let provider = byType.get(deployment.providerType);
    if (provider === undefined) {
      provider = this.#create(deployment, toConnection(deployment.connection));
      byType.set(deployment.providerType, provider);
    }
    return provider;
  }

  /** Lets running calls end, then closes every connection to providers. */
  async close(): Promise<void> {
    const providers = [...this.#providers.values()].flatMap((byType) => [...byType.values()]);
    await Promise.all(providers.map((provider) => provider.close()));
  }
}

function toConnection({ apiKey, baseUrl, headers }: ConnectionConfig): ProviderConnection {
  return {
    ...(apiKey !== undefined && { apiKey }),
    ...(baseUrl !== undefined && { baseUrl }),
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
  };
}
