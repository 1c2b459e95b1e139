import type { ChatRequest } from "../core/chat.ts";
import { callAmounts } from "../core/limit.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { EstimateKey } from "../cost/tokens/token-estimate.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import { boundOutput, type ContextChange } from "../fallback/context/context-change.ts";
import { inputBudgetTokens } from "../fallback/context/count-request.ts";
import { truncate } from "../fallback/context/truncate.ts";
import type { RoutedCandidate } from "../fallback/route.ts";
import type { Candidate } from "./candidate.ts";
import { tokenCapOf } from "./token-cap.ts";

/** A request as one candidate gets it. */
export interface FittedRequest {
  readonly kind: "fitted";
  readonly candidate: Candidate;
  readonly request: ChatRequest;
  /** Undefined: it is sent as it came. */
  readonly change: ContextChange | undefined;
}

/** Makes a request fit a candidate: its output bounded to what the model can write, its middle left out if need be. */
export function fitContext(
  request: ChatRequest,
  candidate: Candidate,
  fit: RoutedCandidate["fit"],
  tools: { readonly estimator: TokenEstimator; readonly key: EstimateKey },
): FittedRequest | Refusal {
  const { model } = candidate;
  const output = boundOutput(request.maxOutputTokens, model.maxOutputTokens);
  const bounded =
    output === undefined ? request : { ...request, maxOutputTokens: output.sentMaxOutputTokens };
  const inputTokens = candidate.estimate.inputTokens;
  const unsplit = {
    originalInputTokens: inputTokens,
    sentInputTokens: inputTokens,
    dropped: [],
    chunkCount: 0,
  };
  if (fit === "as_is") {
    const change = output && { strategy: undefined, ...unsplit, output };
    return { kind: "fitted", candidate, request: bounded, change };
  }
  const { estimator, key } = tools;
  const { outputTokens } = candidate.estimate;
  const tokenCap = tokenCapOf(candidate);
  const budgetTokens = inputBudgetTokens({
    contextWindowTokens: model.contextWindowTokens,
    tokenCap,
    outputTokens,
  });
  const countTokens = (counted: ChatRequest) => estimator.estimate(counted, model, key).reservedInputTokens;
  const truncated = truncate(bounded, { budgetTokens, countTokens });
  if (truncated.kind === "unchanged")
    return { kind: "fitted", candidate, request: bounded, change: undefined };
  if (truncated.kind === "too_large") return refuseTooLarge(candidate, truncated);
  const estimate = estimator.estimate(truncated.request, model, key);
  const amounts = callAmounts(estimate.reservedInputTokens, outputTokens);
  const budget = candidate.budget.resized(amounts);
  const others = candidate.option.scopes.filter((scope) => scope !== candidate.budget.scope);
  const fitted = {
    ...candidate,
    estimate: { ...estimate, outputTokens },
    budget,
    option: { ...candidate.option, amounts, scopes: budget.scopes(others) },
  };
  const { originalInputTokens, sentInputTokens, dropped } = truncated;
  const change: ContextChange = {
    strategy: "truncate",
    originalInputTokens,
    sentInputTokens,
    dropped,
    chunkCount: 0,
    output,
  };
  return { kind: "fitted", candidate: fitted, request: truncated.request, change };
}

function refuseTooLarge(
  candidate: Candidate,
  { inputTokens, budgetTokens }: { readonly inputTokens: number; readonly budgetTokens: number },
): Refusal {
  return refuse(
    "REQUEST_TOO_LARGE",
    `${candidate.deployment.id} takes ${budgetTokens} tokens of input, and of the ${inputTokens} asked for too many must ` +
      "stay: system prompt, tools, or tool calls at the end. Shorten those, or name a larger model.",
    { metadata: { model: candidate.model.id, cap: String(budgetTokens) } },
  );
}
