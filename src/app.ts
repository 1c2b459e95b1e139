import type { Logger } from "pino";
import type { Catalog, Deployment } from "./catalog/catalog.ts";
import type { CheckedConfig } from "./catalog/check-config.ts";
import { AdminService } from "./completion/admin-service.ts";
import { CandidateList } from "./completion/candidate-list.ts";
import { Completer } from "./completion/completer.ts";
import { DeploymentHealth } from "./completion/deployment-health.ts";
import { Deployments } from "./completion/deployments.ts";
import { EstimateService } from "./completion/estimate-service.ts";
import { LiveConfig } from "./completion/live-config.ts";
import { ModelService } from "./completion/model-service.ts";
import { SlotService } from "./completion/slot-service.ts";
import { UsageService } from "./completion/usage-service.ts";
import { UsageResets } from "./completion/usage-resets.ts";
import type { Config } from "./config/config.ts";
import type { Tree } from "./config/tree.ts";
import type { Clock } from "./core/clock.ts";
import type { Random } from "./core/random.ts";
import { refuse } from "./core/refusal.ts";
import { PriceBook } from "./cost/price/price-book.ts";
import { loadEncodings, TokenEstimator } from "./cost/tokens/token-estimator.ts";
import { AnthropicProvider } from "./providers/anthropic/provider.ts";
import { EchoProvider } from "./providers/echo/provider.ts";
import { GeminiProvider } from "./providers/gemini/provider.ts";
import { OllamaProvider } from "./providers/ollama/provider.ts";
import { OPENAI_COMPATIBLE_DIALECT, OPENAI_DIALECT } from "./providers/openai/convert-request.ts";
import { OpenAiProvider } from "./providers/openai/provider.ts";
import type { Provider, ProviderConnection } from "./providers/provider.ts";
import { ProviderDirectory } from "./providers/provider-directory.ts";
import type { Services } from "./rpc/services.ts";
import { PoolDirectory } from "./scheduler/pool-directory.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { TenantQuotas } from "./scheduler/tenant-quotas.ts";
import { MemoryLedger } from "./stores/memory/ledger.ts";

export interface AppOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  /** What the configuration was read from, to be compared with what {@link AppOptions.readConfig} finds later. */
  readonly tree: Tree;
  /** Reads the configuration again. */
  readonly readConfig: () => CheckedConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The service without its doors. */
export interface App {
  readonly services: Services;
  /** Refuses who still waits, and lets go of connections, timers and files. */
  close(): Promise<void>;
}

/** Puts the service together: the only place that names concrete classes. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, catalog, clock, random, logger } = options;
  const weights = new Map(config.tenants.map(({ name, weight }) => [name, weight]));
  const scheduler = new Scheduler({
    clock,
    agingMs: config.scheduler.agingMs,
    maxQueue: config.scheduler.maxQueueLength,
    weightOf: (tenant) => weights.get(tenant) ?? 1,
    onExpired: (lease) => {
      logger.info({ slot_id: lease.id, deployment: lease.option.deployment }, "a slot expired unsettled");
      slots.recordExpired(lease);
    },
  });
  const pools = new PoolDirectory({ scheduler, config: config.scheduler, clock, catalog });
  const deployments = new Deployments(catalog, config.tenants);
  const prices = new PriceBook({ assumedPrice: config.budgets.assumedPrice });
  const estimator = new TokenEstimator({ encodings: await loadEncodings(), random });
  const health = new DeploymentHealth(clock);
  const ledger = new MemoryLedger();
  const providers = new ProviderDirectory((deployment, connection) =>
    createProvider(deployment, connection, clock),
  );
  const quotas = new TenantQuotas(config.tenants, clock);
  const scopesOf = (tenant: string) => quotas.of(tenant);
  const shared = { clock, scheduler, pools, deployments, estimator, prices, ledger };
  const live = new LiveConfig({
    config,
    catalog,
    onChange(changed) {
      deployments.setCatalog(changed);
      prices.clear();
      pools.setCatalog(changed);
    },
  });
  const resets = new UsageResets(clock);

  const slots = new SlotService({ ...shared, config: config.scheduler, scopesOf });
  const completion = new Completer({
    ...shared,
    random,
    get config() {
      return live.config;
    },
    candidates: new CandidateList({
      ...shared,
      get config() {
        return live.config;
      },
      providerOf: (deployment) => providers.of(deployment),
      scopesOf,
      preferences: [],
    }),
    tools: { ...shared, guardMs: config.scheduler.guardMs, health },
    turns: countUp(),
  });
  const usage = new UsageService({
    ...shared,
    resets,
    get providers() {
      return live.config.providers;
    },
    hasTenants: config.tenants.length > 0,
  });
  return {
    services: {
      completion,
      slots,
      usage,
      models: new ModelService(shared),
      estimates: new EstimateService(shared),
      admin: new AdminService({
        live,
        pools,
        resets,
        tree: options.tree,
        readConfig: options.readConfig,
        reportPools: (models, caller) => usage.pools(models, caller),
      }),
    },
    async close() {
      scheduler.close(
        refuse("SHUTTING_DOWN", "the server is shutting down; try another one, or again later"),
      );
      await providers.close();
      await ledger.close();
    },
  };
}

function createProvider(deployment: Deployment, connection: ProviderConnection, clock: Clock): Provider {
  switch (deployment.providerType) {
    case "openai":
      return new OpenAiProvider(connection, { clock, dialect: OPENAI_DIALECT });
    case "openai_compatible":
      return new OpenAiProvider(connection, { clock, dialect: OPENAI_COMPATIBLE_DIALECT });
    case "gemini":
      return new GeminiProvider(connection, { clock });
    case "anthropic":
      return new AnthropicProvider(connection, { clock });
    case "ollama":
      return new OllamaProvider(connection, { clock });
    case "echo":
      return new EchoProvider(connection, { clock });
  }
}

function countUp(): { next(): number } {
  let count = 0;
  return { next: () => count++ };
}
