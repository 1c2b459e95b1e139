import type { Catalog, FoundModel } from "../catalog/catalog.ts";
import type { TenantConfig } from "../config/config.ts";
import type { Caller } from "../core/call.ts";
import { matchesModel } from "../core/model-pattern.ts";
import { type Refusal, refuse } from "../core/refusal.ts";

type Found = Extract<FoundModel, { kind: "found" }>;

/** Finds the deployments that a model's name stands for, within what a tenant may use. */
export class Deployments {
  #catalog: Catalog;
  readonly #allowed: ReadonlyMap<string, readonly string[]>;

  constructor(catalog: Catalog, tenants: readonly TenantConfig[]) {
    this.#catalog = catalog;
    this.#allowed = new Map(
      tenants.flatMap(({ name, models }) => (models === undefined ? [] : [[name, models]])),
    );
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  setCatalog(catalog: Catalog): void {
    this.#catalog = catalog;
  }

  /** Whether a tenant may use a model. */
  allows(caller: Caller, modelId: string): boolean {
    const patterns = this.#allowed.get(caller.tenant);
    return patterns === undefined || patterns.some((pattern) => matchesModel(pattern, modelId));
  }

  /** The model and deployments of a name, or why there are none for this caller. */
  find(name: string, caller: Caller): Found | Refusal {
    const found = this.#catalog.find(name);
    if (found.kind === "not_found") {
      const near =
        found.nearest.length === 0
          ? "see ListModels for what there is"
          : `did you mean ${found.nearest.join(", ")}?`;
      return refuse("MODEL_NOT_FOUND", `there is no model ${quote(name)}; ${near}`, {
        metadata: { model: quote(name), nearest: found.nearest.join(",") },
      });
    }
    if (this.allows(caller, found.model.id)) return found;
    return refuse(
      "MODEL_NOT_ALLOWED",
      `tenant ${caller.tenant} may not use ${found.model.id}; see \`tenants\` in the config`,
      {
        metadata: { model: found.model.id, tenant: caller.tenant },
      },
    );
  }
}

const MOST_QUOTED = 80;

/** A caller's own text in a message, cut to a sensible length. */
function quote(name: string): string {
  return name.length <= MOST_QUOTED ? name : `${name.slice(0, MOST_QUOTED)}…`;
}
