import type { RoutingConfig } from "../../config/config.ts";
import type { CandidateOrigin } from "../snapshot.ts";
import type { QualityPreference } from "../strategies/strategy.ts";
import { armOf, type ExperimentSubject } from "./experiment.ts";
import type { Preset } from "./preset.ts";

/** What a request says about the models it wants. */
export interface SelectionRequest extends ExperimentSubject {
  /** `provider/model` or a deployment's id. Undefined: it names none. */
  readonly model: string | undefined;
  /** Empty: the configured ones. */
  readonly fallbackModels: readonly string[];
  readonly quality: QualityPreference | undefined;
  readonly preset: Preset | undefined;
}

/** What the operator says; `taskModels` with what was set while running already in it. */
export type SelectionRouting = Pick<
  RoutingConfig,
  "defaultModel" | "fallbackModels" | "taskModels" | "experiments"
>;

/** A model that this tenant could use now: enabled, offered, configured and allowed. */
export interface UsableModel {
  readonly id: string;
  readonly useCases: readonly string[];
}

/** A model to be considered. Its place in the list is its rank. */
export interface ModelChoice {
  readonly id: string;
  readonly origin: CandidateOrigin;
}

/** The models of a request, each once, and the experiments that it takes part in. */
export interface Selection {
  /** Empty: there is no model at all. */
  readonly models: readonly ModelChoice[];
  readonly arms: readonly { readonly experiment: string; readonly arm: string }[];
}

const GENERAL = "general";

/**
 * Which models are considered for a request. The first of these that there is comes first: the model that the request
 * names; the preset's; that of an experiment; the one set for the type of task; those that Headway takes from the
 * catalog, when the request states a type of task or what matters most; the default model; any usable one. Then come
 * the fallback models. Whether each of them can be called is decided later, by `route`.
 */
export function selectModels(
  request: SelectionRequest,
  routing: SelectionRouting,
  usableModels: readonly UsableModel[],
): Selection {
  const first = firstModels(request, routing, usableModels);
  const arms = first.flatMap(({ origin }) => (origin.kind === "experiment" ? [armLabel(origin)] : []));
  return { models: distinct([...first, ...fallbacks(request, routing)]), arms };
}

function firstModels(
  request: SelectionRequest,
  routing: SelectionRouting,
  usableModels: readonly UsableModel[],
): readonly ModelChoice[] {
  if (request.model !== undefined) return [{ id: request.model, origin: { kind: "requested" } }];
  const { preset } = request;
  if (preset !== undefined && preset.models.length > 0) {
    return preset.models.map((id) => ({ id, origin: { kind: "preset", preset: preset.name } }));
  }
  const byExperiment = experimentModel(request, routing);
  if (byExperiment !== undefined) return [byExperiment];
  const byTask = routing.taskModels.find(({ taskType }) => taskType === request.taskType);
  if (byTask !== undefined) return [configured(byTask.model)];
  const isOpen = request.taskType !== undefined || request.quality !== undefined;
  const selected = isOpen ? modelsFor(request.taskType ?? GENERAL, usableModels) : [];
  if (selected.length > 0) return selected;
  if (routing.defaultModel !== undefined) return [configured(routing.defaultModel)];
  const general = modelsFor(GENERAL, usableModels);
  return general.length > 0 ? general : usableModels.map(({ id }) => chosen(id));
}

function experimentModel(request: SelectionRequest, routing: SelectionRouting): ModelChoice | undefined {
  for (const experiment of routing.experiments) {
    const arm = armOf(experiment, request);
    if (arm === undefined) continue;
    return { id: arm.model, origin: { kind: "experiment", experiment: experiment.name, arm: arm.name } };
  }
  return undefined;
}

function modelsFor(useCase: string, usableModels: readonly UsableModel[]): ModelChoice[] {
  return usableModels.filter(({ useCases }) => useCases.includes(useCase)).map(({ id }) => chosen(id));
}

function fallbacks(request: SelectionRequest, routing: SelectionRouting): ModelChoice[] {
  if (request.fallbackModels.length === 0) return routing.fallbackModels.map(configured);
  return request.fallbackModels.map((id) => ({ id, origin: { kind: "requested" } }));
}

function configured(id: string): ModelChoice {
  return { id, origin: { kind: "configured" } };
}

function chosen(id: string): ModelChoice {
  return { id, origin: { kind: "selected" } };
}

function armLabel({ experiment, arm }: CandidateOrigin & { kind: "experiment" }): Selection["arms"][number] {
  return { experiment, arm };
}

/** Each model once, where it comes first. */
function distinct(models: readonly ModelChoice[]): ModelChoice[] {
  return models.filter(({ id }, index) => models.findIndex((other) => other.id === id) === index);
}
