import { create } from "@bufbuild/protobuf";
import type { Attempt } from "../../gen/es/headway/v1/attempt_pb.js";
import type { Candidate } from "../../gen/es/headway/v1/candidate_pb.js";
import type { CompleteResponse } from "../../gen/es/headway/v1/complete_pb.js";
import {
  ContextChangeSchema,
  type ContextChange as ProtoContextChange,
} from "../../gen/es/headway/v1/context_change_pb.js";
import { AttemptErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { ContextStrategy } from "../../gen/es/headway/v1/routing_pb.js";
import type { AttemptRecord, CandidateRecord, CompleteResult } from "../completion/complete-result.ts";
import type { ContextChange } from "../fallback/context/context-change.ts";
import {
  ATTEMPT_CAUSE_NUMBERS,
  ATTEMPT_ERROR_REASON_NUMBERS,
  ATTEMPT_OUTCOME_NUMBERS,
  FINISH_REASON_NUMBERS,
  VERDICT_NUMBERS,
  WAIT_CAUSE_NUMBERS,
} from "./convert-enums.ts";
import { messageToProto } from "./convert-message.ts";
import { durationFromMs } from "./convert-time.ts";
import { costToProto, count, usageToProto } from "./convert-usage.ts";

/**
 * An answer as the contract writes it. `traceId` undefined: no trace was made. Written out, with all in it: `create`
 * takes longer.
 */
export function completeResultToProto(result: CompleteResult, traceId: string | undefined): CompleteResponse {
  return {
    $typeName: "headway.v1.CompleteResponse",
    message: messageToProto(result.message),
    finishReason: FINISH_REASON_NUMBERS[result.finishReason],
    providerFinishReason: result.providerFinishReason,
    model: result.model,
    usage: usageToProto(result.usage),
    cost: costToProto(result.cost),
    attempts: result.attempts.map(attemptToProto),
    contextChange: result.contextChange && contextChangeToProto(result.contextChange),
    cacheHit: result.cacheHit,
    requestId: result.requestId,
    traceId: traceId ?? "",
    route: result.route.map(candidateToProto),
    experiments: result.arms.map((arm) => ({ $typeName: "headway.v1.ExperimentArm", ...arm })),
  };
}

const CHANGE_STRATEGIES: Readonly<Record<NonNullable<ContextChange["strategy"]>, ContextStrategy>> = {
  truncate: ContextStrategy.TRUNCATE,
  chunk: ContextStrategy.CHUNK,
};

function contextChangeToProto(change: ContextChange): ProtoContextChange {
  const { strategy, output } = change;
  return create(ContextChangeSchema, {
    strategy: strategy === undefined ? ContextStrategy.UNSPECIFIED : CHANGE_STRATEGIES[strategy],
    originalInputTokens: count(change.originalInputTokens)!,
    sentInputTokens: count(change.sentInputTokens)!,
    dropped: change.dropped.map(({ messageIndex, whole, tokens }) => ({
      messageIndex,
      whole,
      tokens: count(tokens)!,
    })),
    chunkCount: change.chunkCount,
    requestedMaxOutputTokens: count(output?.requestedMaxOutputTokens),
    sentMaxOutputTokens: count(output?.sentMaxOutputTokens),
  });
}

function attemptToProto(attempt: AttemptRecord): Attempt {
  const { errorReason, providerStatusCode, firstTokenLatencyMs, usage } = attempt;
  return {
    $typeName: "headway.v1.Attempt",
    model: attempt.model,
    deployment: attempt.deployment,
    outcome: ATTEMPT_OUTCOME_NUMBERS[attempt.outcome],
    errorReason:
      errorReason === undefined ? AttemptErrorReason.UNSPECIFIED : ATTEMPT_ERROR_REASON_NUMBERS[errorReason],
    errorMessage: attempt.errorMessage,
    providerStatusCode,
    waited: durationFromMs(attempt.waitedMs),
    waitCauses: attempt.waitCauses.map((cause) => WAIT_CAUSE_NUMBERS[cause]),
    latency: durationFromMs(attempt.latencyMs),
    firstTokenLatency: firstTokenLatencyMs === undefined ? undefined : durationFromMs(firstTokenLatencyMs),
    usage: usage === undefined ? undefined : usageToProto(usage),
    cost: costToProto(attempt.cost),
    cause: ATTEMPT_CAUSE_NUMBERS[attempt.cause],
    explanation: attempt.explanation,
  };
}

/** A candidate as the contract writes it. */
export function candidateToProto(candidate: CandidateRecord): Candidate {
  const { predictedWaitMs } = candidate;
  return {
    $typeName: "headway.v1.Candidate",
    model: candidate.model,
    deployment: candidate.deployment,
    verdict: VERDICT_NUMBERS[candidate.verdict],
    explanation: candidate.explanation,
    predictedWait: predictedWaitMs === undefined ? undefined : durationFromMs(predictedWaitMs),
    reservedTokens: count(candidate.reservedTokens),
    estimatedCost: costToProto(candidate.estimatedCost),
    attemptCount: candidate.attemptCount,
  };
}
