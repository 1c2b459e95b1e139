import type { ProviderConfig } from "../config/provider-config.ts";
import type { DeploymentEntry } from "./build-deployments.ts";
import type { Pool } from "./catalog.ts";
import { evenSpacingMs, layerLimits, tightestLimits } from "./limits-of.ts";
import { profileOf } from "./profile.ts";

/** Puts deployments that share a pool together. Where they differ, the stricter counts. */
export function buildPools(entries: readonly DeploymentEntry[]): Pool[] {
  const groups = Map.groupBy(entries, ({ deployment }) => deployment.pool);
  return [...groups].map(([id, members]) => {
    // What the tier does not have brings no limits, and must not loosen or tighten those of the others.
    const limits = tightestLimits(
      members.filter(({ deployment }) => deployment.offered).map((member) => member.limits),
    );
    const [first] = members;
    const sameCharge = members.every(({ chargeAt }) => chargeAt === first?.chargeAt);
    return {
      id,
      limits,
      evenSpacingMs: evenSpacingMs(limits),
      chargeAt: sameCharge && first !== undefined ? first.chargeAt : "start",
      refund: members.every(({ refund }) => refund === "full") ? "full" : "none",
      deployments: members.map(({ deployment }) => deployment.id),
    };
  });
}

/** Whether the provider takes models of any name. */
export function takesAnyModel(provider: ProviderConfig): boolean {
  return provider.type === "ollama";
}

/** Id of the one pool of all models that are not listed. */
export function unlistedPoolId(provider: ProviderConfig): string {
  return provider.pool ?? `${provider.name}/*`;
}

/** The one pool of all models of such a provider that are not listed: they share one machine. */
export function unlistedPool(provider: ProviderConfig): Pool {
  const profile = profileOf(provider, provider.connection, provider.profile);
  const limits = layerLimits([provider.limits], profile);
  return {
    id: unlistedPoolId(provider),
    limits,
    evenSpacingMs: evenSpacingMs(limits),
    chargeAt: provider.chargeAt ?? profile.chargeAt,
    refund: provider.refund ?? profile.refund,
    deployments: [],
  };
}
