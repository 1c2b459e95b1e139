import { missingVariable } from "../config/credentials.ts";
import { howToEnable } from "../config/describe-providers.ts";
import type { DeploymentConfig, ProviderConfig, Tier } from "../config/provider-config.ts";
import { shortLimits } from "../config/resolve/limits.ts";
import type { ChargeAt, Limit, Refund } from "../core/limit.ts";
import type { ModelEntry } from "./build-models.ts";
import type { Deployment, Model } from "./catalog.ts";
import { layerLimits } from "./limits-of.ts";
import { profileOf } from "./profile.ts";

/** A deployment with what it brings to its pool. */
export interface DeploymentEntry {
  readonly deployment: Deployment;
  /** Empty: unlimited. */
  readonly limits: readonly Limit[];
  readonly chargeAt: ChargeAt;
  readonly refund: Refund;
}

/** Every way to reach a model: the provider's own credentials, and each named deployment that has the model. */
export function buildDeployments(
  provider: ProviderConfig,
  entry: ModelEntry,
  tiers: ReadonlyMap<string, Tier>,
): DeploymentEntry[] {
  const named = provider.deployments.filter(
    ({ models }) => models === undefined || models.includes(entry.model.name),
  );
  const built = named.map((deployment) => buildDeployment(provider, entry, deployment, tiers));
  // Who has written down only named deployments means those, and not one more without a key.
  const bare = named.length > 0 && missingVariable(provider, provider.connection) !== undefined;
  return bare ? built : [buildDeployment(provider, entry, undefined, tiers), ...built];
}

function buildDeployment(
  provider: ProviderConfig,
  entry: ModelEntry,
  named: DeploymentConfig | undefined,
  tiers: ReadonlyMap<string, Tier>,
): DeploymentEntry {
  const { model, configured, builtIn } = entry;
  const id = named === undefined ? model.id : `${model.id}#${named.name}`;
  const connection = named?.connection ?? provider.connection;
  const tier =
    tiers.get(id) ??
    tiers.get(model.id) ??
    tiers.get(provider.name) ??
    named?.tier ??
    configured?.tier ??
    provider.tier;
  const builtInLimits = builtIn?.tiers[tier];
  const own = [...(configured?.limits ?? []), ...(named?.limits ?? [])];
  const offered = builtInLimits !== null || own.length > 0;
  const profile = profileOf(provider, connection, named?.profile ?? provider.profile);
  const layers = [builtInLimits ? shortLimits(builtInLimits) : [], provider.limits, own];
  return {
    deployment: {
      id,
      model: model.id,
      upstreamModel: model.upstreamModel,
      provider: provider.name,
      providerType: provider.type,
      pool: poolId(provider, entry, named, id),
      tier,
      connection,
      enabled: provider.enabled,
      offered,
      ...readiness(provider, model, { connection, offered, tier }),
    },
    limits: layerLimits(layers, profile),
    chargeAt: named?.chargeAt ?? provider.chargeAt ?? profile.chargeAt,
    refund: named?.refund ?? provider.refund ?? profile.refund,
  };
}

/** Whether it can be called, and if not, why and what to do. */
function readiness(
  provider: ProviderConfig,
  model: Model,
  state: { readonly connection: Deployment["connection"]; readonly offered: boolean; readonly tier: Tier },
): Pick<Deployment, "configured" | "reason" | "missingVariable"> {
  const variable = missingVariable(provider, state.connection);
  const reason = !provider.enabled
    ? `provider ${provider.name} is switched off; ${howToEnable(provider.name)}`
    : variable !== undefined
      ? `provider ${provider.name} is not configured; set ${variable}`
      : !state.offered
        ? `${model.id} is not offered on tier ${state.tier}`
        : undefined;
  return { configured: reason === undefined, reason, missingVariable: variable };
}

function poolId(
  provider: ProviderConfig,
  { configured, builtIn }: ModelEntry,
  named: DeploymentConfig | undefined,
  id: string,
): string {
  if (named?.pool !== undefined) return named.pool;
  const suffix = named === undefined ? "" : `#${named.name}`;
  const shared = configured?.pool ?? provider.pool;
  if (shared !== undefined) return `${shared}${suffix}`;
  return builtIn?.pool === undefined ? id : `${provider.name}:${builtIn.pool}${suffix}`;
}
