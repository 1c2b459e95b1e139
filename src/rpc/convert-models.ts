import { create } from "@bufbuild/protobuf";
import { PriceSchema } from "../../gen/es/headway/v1/cost_pb.js";
import {
  type ListModelsResponse,
  ListModelsResponseSchema,
  type Model,
  ModelSchema,
} from "../../gen/es/headway/v1/list_models_pb.js";
import type { ModelReport } from "../completion/model-report.ts";
import { count } from "./convert-usage.ts";
import { deploymentToProto, limitToProto } from "./convert-usage-report.ts";

/** The catalog as the contract writes it, in the order of the models' names. */
export function modelsToProto(models: readonly ModelReport[]): ListModelsResponse {
  const sorted = models.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return create(ListModelsResponseSchema, { models: sorted.map(modelToProto) });
}

function modelToProto(model: ModelReport): Model {
  return create(ModelSchema, {
    name: model.name,
    provider: model.provider,
    upstreamModel: model.upstreamModel,
    contextWindow: count(model.contextWindowTokens),
    maxOutputTokens: count(model.maxOutputTokens),
    limits: model.limits.map(limitToProto),
    price: model.price === undefined ? undefined : create(PriceSchema, { ...model.price }),
    quality: model.quality,
    useCases: [...model.useCases],
    supportsTools: model.supportsTools,
    supportsImages: model.supportsImages,
    supportsJsonSchema: model.supportsJsonSchema,
    available: model.available,
    healthy: model.healthy,
    deployments: model.deployments.map(deploymentToProto),
  });
}
