import type {
  EstimateTokensRequest,
  EstimateTokensResponse,
} from "../../gen/es/headway/v1/estimate_tokens_pb.js";
import type { EstimateQuery, TokenEstimate } from "../completion/token-estimate.ts";
import type { Caller } from "../core/call.ts";
import type { Refusal } from "../core/refusal.ts";
import { estimateToProto, readEstimateTokens } from "./convert-estimate.ts";
import { granted, valid } from "./granted.ts";
import type { UnaryHandler } from "./handler.ts";

/** What EstimateTokens needs of the service. */
export interface EstimateService {
  estimate(query: EstimateQuery, caller: Caller): Promise<TokenEstimate | Refusal> | TokenEstimate | Refusal;
}

/** Answers EstimateTokens. */
export function estimateTokensHandler(
  service: EstimateService,
): UnaryHandler<EstimateTokensRequest, EstimateTokensResponse> {
  return async (request, { caller }) => {
    const query = valid(readEstimateTokens(request));
    return estimateToProto(granted(await service.estimate(query, caller)));
  };
}
