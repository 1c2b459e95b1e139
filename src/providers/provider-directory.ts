import type { Catalog, Deployment } from "../catalog/catalog.ts";
import type { ConnectionConfig } from "../config/provider-config.ts";
import type { Clock } from "../core/clock.ts";
import type { Provider, ProviderConnection } from "./provider.ts";

/** Makes the provider of a deployment; called once per set of credentials and place. */
export type ProviderFactory = (deployment: Deployment, connection: ProviderConnection) => Provider;

/** The providers of all deployments: deployments that are reached the same way share one. */
export class ProviderDirectory {
  readonly #create: ProviderFactory;
  readonly #clock: Clock;
  readonly #providers = new Map<ConnectionConfig, Map<string, Provider>>();
  /** Providers that close when their last call has ended. */
  readonly #closing = new Set<Promise<void>>();

  constructor(create: ProviderFactory, clock: Clock) {
    this.#create = create;
    this.#clock = clock;
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

  /** Closes what another catalog does not have any more; calls that run, or still wait for their turn, may end. */
  setCatalog({ deployments }: Pick<Catalog, "deployments">): void {
    const kept = new Set(deployments.map(({ connection }) => connection));
    for (const connection of this.#providers.keys()) if (!kept.has(connection)) this.#close(connection);
  }

  /** Closes every connection to providers; calls that run have `graceMs` to end. */
  async close(graceMs: number): Promise<void> {
    for (const connection of this.#providers.keys()) this.#close(connection);
    const enough = Promise.withResolvers<void>();
    const timer = this.#clock.after(graceMs, enough.resolve);
    await Promise.race([Promise.all(this.#closing), enough.promise]);
    timer.cancel();
  }

  #close(connection: ConnectionConfig): void {
    const providers = this.#providers.get(connection)!;
    this.#providers.delete(connection);
    for (const provider of providers.values()) {
      const closing = provider.close().finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
  }
}

function toConnection({ apiKey, baseUrl, headers }: ConnectionConfig): ProviderConnection {
  return {
    ...(apiKey !== undefined && { apiKey }),
    ...(baseUrl !== undefined && { baseUrl }),
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
  };
}
