import type { Config } from "../config/config.ts";
import { nearestNames } from "../config/nearest-names.ts";
import { buildDeployments } from "./build-deployments.ts";
import { unlistedModel } from "./build-models.ts";
import { takesAnyModel, unlistedPoolId } from "./build-pools.ts";
import type { Catalog, Deployment, FoundModel, Model } from "./catalog.ts";

const MAX_NEAREST = 3;
/** A longer id is not worth a search for what is like it, which takes time by its length. */
const MAX_SEARCHED_LENGTH = 128;
/** No server has names nearly as long. */
const MAX_NAME_LENGTH = 300;

/** The look-up of {@link Catalog}, in constant time for what is there. */
export function modelFinder(
  config: Config,
  models: readonly Model[],
  deployments: readonly Deployment[],
): Catalog["find"] {
  const modelById = new Map(models.map((model) => [model.id, model]));
  const deploymentById = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  const byModel = Map.groupBy(deployments, ({ model }) => model);

  return (id) => {
    const model = modelById.get(id);
    const all = byModel.get(id);
    if (model !== undefined && all !== undefined) return { kind: "found", model, deployments: all };
    const one = deploymentById.get(id);
    const ofOne = one && modelById.get(one.model);
    if (one !== undefined && ofOne !== undefined) return { kind: "found", model: ofOne, deployments: [one] };
    return (
      findUnlisted(config, id) ?? { kind: "not_found", nearest: nearestIds(id, modelById, deploymentById) }
    );
  };
}

function findUnlisted(config: Config, id: string): FoundModel | undefined {
  const slash = id.indexOf("/");
  const provider = config.providers.find(({ name }) => name === id.slice(0, slash));
  const name = id.slice(slash + 1);
  if (slash < 0 || provider === undefined || !takesAnyModel(provider)) return undefined;
  if (name.length > MAX_NAME_LENGTH || !/^[^\s#]+$/.test(name)) return undefined;
  const model = unlistedModel(provider, name);
  const built = buildDeployments(
    { ...provider, deployments: [] },
    { model, configured: undefined, builtIn: undefined },
    new Map(),
  );
  const deployments = built.map(({ deployment }) => ({ ...deployment, pool: unlistedPoolId(provider) }));
  return { kind: "found", model, deployments };
}

function nearestIds(
  id: string,
  models: ReadonlyMap<string, Model>,
  deployments: ReadonlyMap<string, Deployment>,
): readonly string[] {
  if (id.length > MAX_SEARCHED_LENGTH) return [];
  // Without a provider the name alone is compared, so that `gpt-4o-mini` leads to `openai/gpt-4o-mini`.
  if (!id.includes("/")) {
    const names = nearestNames(id, new Set([...models.values()].map(({ name }) => name)), MAX_NEAREST);
    return names
      .flatMap((name) => [...models.values()].filter((model) => model.name === name).map((model) => model.id))
      .slice(0, MAX_NEAREST);
  }
  return nearestNames(id, new Set([...models.keys(), ...deployments.keys()]), MAX_NEAREST);
}
