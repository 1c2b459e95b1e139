import type { Catalog, Deployment, FoundModel, Model } from "../catalog/catalog.ts";
import type { Finding } from "../config/explain-issues.ts";
import type { Workload } from "./workload/workload.ts";

/** A place at which the requests of a stream may start. */
export interface Target {
  readonly model: Model;
  readonly deployment: Deployment;
}

/** Where each stream's requests may start, in order of preference, by the name of the stream. */
export type Targets = ReadonlyMap<string, readonly Target[]>;

/** Finds the models that a workload names, or says which are not there. */
export function findTargets(
  workload: Workload,
  catalog: Catalog,
):
  | { readonly kind: "found"; readonly targets: Targets }
  | { readonly kind: "missing"; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const targets = new Map<string, Target[]>();
  for (const stream of workload.streams) {
    const usable: Target[] = [];
    const reasons: string[] = [];
    for (const id of stream.models) {
      const found = catalog.find(id);
      if (found.kind === "not_found") {
        findings.push({ path: ["streams", stream.name, "models"], message: unknownModel(id, found.nearest) });
        continue;
      }
      const open = found.deployments.filter(({ enabled, offered }) => enabled && offered);
      usable.push(...open.map((deployment) => ({ model: found.model, deployment })));
      if (open.length === 0) reasons.push(whyNot(found));
    }
    if (usable.length === 0 && reasons.length > 0) {
      findings.push({ path: ["streams", stream.name, "models"], message: reasons.join("; ") });
    }
    targets.set(stream.name, usable);
  }
  return findings.length > 0 ? { kind: "missing", findings } : { kind: "found", targets };
}

function unknownModel(id: string, nearest: readonly string[]): string {
  return nearest.length === 0
    ? `there is no model ${id}; add it to the config`
    : `there is no model ${id}; did you mean ${nearest.join(" or ")}?`;
}

function whyNot({ model, deployments }: Extract<FoundModel, { kind: "found" }>): string {
  const deployment = deployments[0]!;
  return deployment.enabled
    ? `${model.id} is not offered on ${deployment.tier}; choose another tier or write limits for it`
    : `provider ${deployment.provider} is switched off; switch it on or choose another model`;
}
