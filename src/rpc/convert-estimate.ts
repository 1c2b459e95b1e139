import { create } from "@bufbuild/protobuf";
import {
  EstimateMethod,
  type EstimateTokensRequest,
  type EstimateTokensResponse,
  EstimateTokensResponseSchema,
  OutputEstimateSource,
} from "../../gen/es/headway/v1/estimate_tokens_pb.js";
import type { EstimateQuery, TokenEstimate } from "../completion/token-estimate.ts";
import { MAX_TASK_TYPE_LENGTH, readChat } from "./convert-complete-request.ts";
import { costToProto, count } from "./convert-usage.ts";
import { readModel, readText } from "./read-fields.ts";
import { type Reading, reading, Violations } from "./violations.ts";

const METHOD_NUMBERS: Readonly<Record<TokenEstimate["method"], EstimateMethod>> = {
  counted: EstimateMethod.COUNTED,
  sampled: EstimateMethod.SAMPLED,
};

const SOURCE_NUMBERS: Readonly<Record<TokenEstimate["outputSource"], OutputEstimateSource>> = {
  request: OutputEstimateSource.REQUEST,
  learned: OutputEstimateSource.LEARNED,
  default: OutputEstimateSource.DEFAULT,
};

/** Checks every bound of the contract, and says all that is wrong at once. */
export function readEstimateTokens(request: EstimateTokensRequest): Reading<EstimateQuery> {
  const violations = new Violations();
  const query: EstimateQuery = {
    model: readModel(violations, "model", request.model),
    request: readChat(violations, request),
    taskType: readText(violations, "task_type", request.taskType, MAX_TASK_TYPE_LENGTH),
  };
  return reading(violations, query);
}

/** An estimate as the contract writes it. */
export function estimateToProto(estimate: TokenEstimate): EstimateTokensResponse {
  const { inputTokens, outputTokens } = estimate;
  return create(EstimateTokensResponseSchema, {
    model: estimate.model,
    inputTokens: count(inputTokens)!,
    outputTokens: count(outputTokens)!,
    totalTokens: count(inputTokens + outputTokens)!,
    cost: costToProto(estimate.cost),
    method: METHOD_NUMBERS[estimate.method],
    tokenizer: estimate.tokenizer,
    inputCorrection: estimate.inputCorrection,
    outputSource: SOURCE_NUMBERS[estimate.outputSource],
  });
}
