import type { Config } from "../config/config.ts";
import type { ProviderConfig } from "../config/provider-config.ts";
import { DEFAULT_MODEL_NAMES } from "./built-in/built-in-models.ts";
import type { Deployment, Model } from "./catalog.ts";

/**
 * The model of requests that name none: `routing.default_model`, or that of the first provider by priority that can be
 * called. Undefined when none can.
 */
export function chooseDefaultModel(
  config: Config,
  models: readonly Model[],
  deployments: readonly Deployment[],
): string | undefined {
  if (config.routing.defaultModel !== undefined) return config.routing.defaultModel;
  const callable = new Set(deployments.filter(({ configured }) => configured).map(({ model }) => model));
  const ranked = config.providers.toSorted((left, right) => left.priority - right.priority);
  return ranked
    .map((provider) =>
      defaultOf(
        provider,
        models.filter(({ id }) => callable.has(id)),
      ),
    )
    .find((model) => model !== undefined);
}

function defaultOf(provider: ProviderConfig, callable: readonly Model[]): string | undefined {
  const own = callable.filter((model) => model.provider === provider.name);
  const name = provider.defaultModel ?? DEFAULT_MODEL_NAMES[provider.type];
  return (own.find((model) => model.name === name) ?? own[0])?.id;
}
