import type { Cost } from "../core/cost.ts";
import type { TokenUsage } from "../core/usage.ts";
import { costOf } from "../cost/price/cost-of.ts";
import type { ContextChange } from "../fallback/context/context-change.ts";
import { explainOutcome } from "../fallback/explain-outcome.ts";
import type { Route, RoutedCandidate } from "../fallback/route.ts";
import type { ProviderAnswer } from "../providers/provider.ts";
import { addCost, addUsage } from "./accounting.ts";
import type { Candidate } from "./candidate.ts";
import type { Candidates } from "./candidate-list.ts";
import type { AttemptRecord, CandidateRecord, CompleteResult } from "./complete-result.ts";

/** The answer to a Complete with everything that led to it. */
export function resultOf(options: {
  readonly answer: ProviderAnswer;
  readonly model: string;
  readonly attempts: readonly AttemptRecord[];
  readonly route: Route;
  readonly candidates: Candidates;
  readonly contextChange: ContextChange | undefined;
  readonly requestId: string;
}): CompleteResult {
  const { answer, attempts, candidates, route } = options;
  return {
    message: answer.message,
    finishReason: answer.finishReason,
    providerFinishReason: answer.providerFinishReason,
    model: options.model,
    usage: attempts.reduce<TokenUsage>(
      (sum, { usage }) => (usage === undefined ? sum : addUsage(sum, usage)),
      {},
    ),
    cost: totalCost(attempts),
    attempts,
    route: [...route.trial, ...route.rest].map((routed) =>
      candidateRecord(routed, candidates.list, attempts),
    ),
    contextChange: options.contextChange,
    cacheHit: false,
    requestId: options.requestId,
    arms: candidates.arms,
  };
}

/** The sum over attempts that used something. Undefined: the price of one of them is not known. */
function totalCost(attempts: readonly AttemptRecord[]): Cost | undefined {
  const charged = attempts.filter(({ usage }) => usage !== undefined);
  let total: Cost | undefined;
  for (const { cost } of charged) {
    if (cost === undefined) return undefined;
    total = total === undefined ? cost : addCost(total, cost);
  }
  return total;
}

/** What is told of a candidate; `attempts` undefined: nothing was tried. */
export function candidateRecord(
  routed: RoutedCandidate,
  candidates: readonly Candidate[],
  attempts: readonly AttemptRecord[] | undefined,
): CandidateRecord {
  const { candidate, verdict } = routed;
  const own = attempts?.filter(({ deployment }) => deployment === candidate.deploymentId) ?? [];
  const isTried = verdict === "eligible" && attempts !== undefined;
  const outcome = { attempts: own.map(({ errorReason }) => errorReason), answered: true };
  const { price, estimate } = candidates.find(({ deployment }) => deployment.id === candidate.deploymentId)!;
  return {
    model: candidate.modelId,
    deployment: candidate.deploymentId,
    verdict,
    explanation: isTried ? explainOutcome(routed, outcome) : routed.explanation,
    predictedWaitMs: candidate.predictedWaitMs,
    reservedTokens: candidate.reservedTokens,
    estimatedCost:
      price && costOf(price, { inputTokens: estimate.inputTokens, outputTokens: estimate.outputTokens }, 0),
    attemptCount: own.length,
  };
}
