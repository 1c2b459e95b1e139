import type { Config } from "../config/config.ts";
import type { Tier } from "../config/provider-config.ts";
import { buildCatalog } from "./build-catalog.ts";
import type { Catalog } from "./catalog.ts";

/**
 * The catalog with another tier for a provider, a model or a deployment, by its id; undefined when there is none of
 * that id. A tier set for a model outlives one set for its provider later: the most special one counts.
 */
export function withTier(config: Config, catalog: Catalog, target: string, tier: Tier): Catalog | undefined {
  const isProvider = config.providers.some(({ name }) => name === target);
  if (!isProvider && catalog.find(target).kind === "not_found") return undefined;
  return buildCatalog(config, new Map([...catalog.tiers, [target, tier]]));
}
