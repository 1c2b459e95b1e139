import type { Config } from "../config/config.ts";
import type { Path } from "../config/path.ts";
import { matchesModel } from "../core/model-pattern.ts";
import type { Catalog } from "./catalog.ts";

/** A place that names something which is not there. */
export interface DanglingReference {
  readonly path: Path;
  readonly message: string;
  /** The provider that would have to have it; undefined when it is not a model. */
  readonly provider: string | undefined;
}

/** Finds models, tenants and providers that are named in the configuration and do not exist. */
export function checkReferences(config: Config, catalog: Catalog): DanglingReference[] {
  return [
    ...modelReferences(config).flatMap(({ path, id }) => checkModel(path, id, catalog)),
    ...config.providers.flatMap((provider) =>
      provider.deployments.flatMap(({ name, models }) =>
        (models ?? []).flatMap((model, index) =>
          checkModel(
            ["providers", provider.name, "deployments", name, "models", index],
            `${provider.name}/${model}`,
            catalog,
          ),
        ),
      ),
    ),
    ...config.tenants.flatMap(({ name, models }) =>
      (models ?? []).flatMap((pattern, index) =>
        checkPattern(["tenants", name, "models", index], pattern, config, catalog),
      ),
    ),
    ...checkScopes(config, catalog),
  ];
}

function modelReferences({ routing }: Config): { readonly path: Path; readonly id: string }[] {
  const { defaultModel, fallbackModels, taskModels, weights, experiments } = routing;
  return [
    ...(defaultModel === undefined ? [] : [{ path: ["routing", "default_model"], id: defaultModel }]),
    ...fallbackModels.map((id, index) => ({ path: ["routing", "fallback_models", index], id })),
    ...taskModels.map(({ taskType, model }) => ({ path: ["routing", "task_models", taskType], id: model })),
    ...weights.map(({ model }) => ({ path: ["routing", "weights", model], id: model })),
    ...experiments.flatMap(({ name, arms }) =>
      arms.map((arm) => ({
        path: ["routing", "experiments", name, "arms", arm.name, "model"],
        id: arm.model,
      })),
    ),
  ];
}

function checkModel(path: Path, id: string, catalog: Catalog): DanglingReference[] {
  const found = catalog.find(id);
  if (found.kind === "found") return [];
  const question = found.nearest.length > 0 ? `; did you mean ${found.nearest.join(" or ")}?` : "";
  const provider = id.split("/")[0];
  return [
    {
      path,
      provider,
      message: `there is no model ${id}${question}; new ones go under providers.${provider}.models`,
    },
  ];
}

function checkPattern(path: Path, pattern: string, config: Config, catalog: Catalog): DanglingReference[] {
  const known = catalog.models.some(({ id }) => matchesModel(pattern, id));
  // A provider that takes any model can have one that fits, whatever stands behind its slash.
  const open = config.providers.some(
    ({ type, name }) => type === "ollama" && matchesModel(pattern.split("/")[0] ?? "", name),
  );
  if (known || open) return [];
  const message = `no model fits ${pattern}; write for instance "openai/*"`;
  return [{ path, provider: pattern.split("/")[0], message }];
}

function checkScopes(config: Config, catalog: Catalog): DanglingReference[] {
  const providers = config.providers.map(({ name }) => name);
  const tenants = ["default", ...config.tenants.map(({ name }) => name)];
  return config.budgets.scopes.flatMap(({ provider, model, tenant }, index) => {
    const path = ["budgets", "scopes", index];
    const missing = (kind: string, name: string | undefined, known: readonly string[]) =>
      name === undefined || known.includes(name)
        ? []
        : [
            {
              path: [...path, kind],
              provider: undefined,
              message: `there is no ${kind} ${name}; known: ${known.join(", ")}`,
            },
          ];
    return [
      ...missing("provider", provider, providers),
      ...missing("tenant", tenant, tenants),
      ...(model === undefined ? [] : checkModel([...path, "model"], model, catalog)),
    ];
  });
}
