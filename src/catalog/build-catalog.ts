import type { Config } from "../config/config.ts";
import { deepFreeze } from "../config/deep-freeze.ts";
import type { Tier } from "../config/provider-config.ts";
import { buildDeployments } from "./build-deployments.ts";
import { buildModels } from "./build-models.ts";
import { buildPools, takesAnyModel, unlistedPool } from "./build-pools.ts";
import type { Catalog } from "./catalog.ts";
import { chooseDefaultModel } from "./default-model.ts";
import { modelFinder } from "./find-model.ts";

/**
 * Everything that can be asked for: the built-in models of all providers, also of those without credentials, and the
 * configured ones. `tiers` are set while running, by provider, model or deployment; the most special one counts.
 */
export function buildCatalog(config: Config, tiers: ReadonlyMap<string, Tier> = new Map()): Catalog {
  const parts = config.providers.map((provider) => {
    const models = buildModels(provider);
    return { models, deployments: models.flatMap((entry) => buildDeployments(provider, entry, tiers)) };
  });
  const models = parts.flatMap((part) => part.models.map(({ model }) => model));
  const entries = parts.flatMap((part) => part.deployments);
  const deployments = entries.map(({ deployment }) => deployment);
  const pools = buildPools(entries);
  for (const provider of config.providers.filter(takesAnyModel)) {
    const unlisted = unlistedPool(provider);
    if (!pools.some(({ id }) => id === unlisted.id)) pools.push(unlisted);
  }
  deepFreeze([models, deployments, pools]);
  const poolById = new Map(pools.map((pool) => [pool.id, pool]));
  return Object.freeze({
    models,
    deployments,
    pools,
    defaultModel: chooseDefaultModel(config, models, deployments),
    tiers,
    find: modelFinder(config, models, deployments),
    pool: (id: string) => poolById.get(id),
  });
}
