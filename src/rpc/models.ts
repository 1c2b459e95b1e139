import type { ListModelsRequest, ListModelsResponse } from "../../gen/es/headway/v1/list_models_pb.js";
import type { ModelReport } from "../completion/model-report.ts";
import type { Caller } from "../core/call.ts";
import { modelsToProto } from "./convert-models.ts";
import type { UnaryHandler } from "./handler.ts";

/** What ListModels needs of the service. */
export interface ModelService {
  /** All models that the caller may use, in any order. */
  list(caller: Caller): readonly ModelReport[];
}

/** Answers ListModels. */
export function listModelsHandler(
  service: ModelService,
): UnaryHandler<ListModelsRequest, ListModelsResponse> {
  return async (_request, { caller }) => modelsToProto(service.list(caller));
}
