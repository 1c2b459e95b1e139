import type { ChatRequest } from "../../core/chat.ts";
import type { EstimateKey } from "../../cost/tokens/token-estimate.ts";
import type { TokenEstimator } from "../../cost/tokens/token-estimator.ts";
import { inputBudgetTokens } from "../../fallback/context/count-request.ts";
import type { Candidate } from "../candidate.ts";
import { tokenCapOf } from "../token-cap.ts";

/** The output of a part may have this part of the context at most where the request does not say how much it may. */
const MOST_OUTPUT_PART = 0.25;
/** Long texts are counted by samples, and each time by others: room for the next count to be a little higher. */
const COUNT_SLACK = 0.97;

/** How large the input of a part may be, in tokens as this candidate counts them. 0 or more. */
export function chunkBudgetTokens(
  request: ChatRequest,
  candidate: Candidate,
  { estimator, key }: { readonly estimator: TokenEstimator; readonly key: EstimateKey },
): number {
  const { model } = candidate;
  const { contextWindowTokens } = model;
  const { outputTokens, outputSource } = estimator.estimate({ ...request, messages: [] }, model, key);
  const most = MOST_OUTPUT_PART * (contextWindowTokens ?? Number.POSITIVE_INFINITY);
  const budgetTokens = inputBudgetTokens({
    contextWindowTokens,
    tokenCap: tokenCapOf(candidate),
    outputTokens: outputSource === "request" ? outputTokens : Math.min(outputTokens, most),
  });
  return Math.floor(budgetTokens * COUNT_SLACK);
}
