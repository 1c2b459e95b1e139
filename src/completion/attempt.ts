import { AttemptError } from "../core/attempt-error.ts";
import type { Cost } from "../core/cost.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import { probeAfterMs } from "../fallback/breaker/probe-after.ts";
import type { BreakerView } from "../fallback/snapshot.ts";
import type { ProviderAnswer } from "../providers/provider.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { RateAnswer, RateFeedback } from "../scheduler/rate-feedback.ts";
import { amountsUsed, costOfUsage, wallTimeOf } from "./accounting.ts";
import { acquireStart, type StartTools } from "./acquire-start.ts";
import type { AttemptPlan } from "./attempt-plan.ts";
import { AttemptSpan } from "./attempt-span.ts";
import { withCost } from "./call-budget.ts";
import type { AttemptRecord } from "./complete-result.ts";
import type { DeploymentHealth } from "./deployment-health.ts";
import { isOvertaken, overtakenError, reasonForBreaker } from "./overtaken.ts";
import { receiveAnswer } from "./receive-answer.ts";
import type { Received, ReceiveTools } from "./receive-stream.ts";

/** An attempt that was made. */
interface MadeAttempt {
  readonly record: AttemptRecord;
  /** Its row in the ledger, as if it ended the request. */
  readonly row: LedgerEntry;
}

/** How one attempt ended. `not_started`: its turn would have come too late, or its breaker is open; nothing was sent. */
export type AttemptOutcome =
  | (MadeAttempt & { readonly kind: "answered"; readonly answer: ProviderAnswer })
  | (MadeAttempt & {
      readonly kind: "failed";
      readonly error: AttemptError;
      /** The caller has seen a part of the answer. */
      readonly tokensStreamed: boolean;
      /** The answer had begun, seen or held back. */
      readonly hadBegun: boolean;
    })
  | { readonly kind: "not_started"; readonly refusal: Refusal };

export interface AttemptTools extends StartTools, ReceiveTools {
  readonly health: DeploymentHealth;
  readonly feedback: RateFeedback;
  /** Whether spans hold what was asked and answered. */
  readonly capturesContent: boolean;
}

/** Waits for the turn of one candidate, calls it once, and accounts what it used. Never throws. */
export async function makeAttempt(plan: AttemptPlan, tools: AttemptTools): Promise<AttemptOutcome> {
  const { candidate } = plan;
  const { clock } = tools;
  const span = new AttemptSpan(plan);
  span.startWait();
  const lease = await acquireStart(plan, tools);
  if (lease.kind === "refused") {
    span.refuse(lease.reason);
    return { kind: "not_started", refusal: lease };
  }
  const deployment = candidate.deployment.id;
  const passage = tools.health.mayCall(deployment);
  if (passage === "no") {
    tools.scheduler.release(lease);
    span.refuse("BREAKER_OPEN");
    return { kind: "not_started", refusal: refuseOpen(deployment, tools.health.breaker(deployment)) };
  }
  span.startCall(lease.wait);
  plan.sink?.attemptStarted(plan);
  plan.onCallStart?.();
  const startMs = clock.monotonicMs();
  const holdsBack = (): boolean => plan.hasAlternative && tools.health.breaksOff(deployment);
  const received = await span.within(() => receiveAnswer(plan, holdsBack, tools));
  const latencyMs = clock.monotonicMs() - startMs;
  const { usage } = received;
  const cost = costOfUsage(candidate.price, usage, wallTimeOf(clock, lease.startMs));
  const error = received.kind === "failed" ? errorOf(received.error, plan.signal) : undefined;
  const { firstTokenMs, isHeldBack } = received;
  const answered = received.kind === "answered" ? received.answer : undefined;
  const hadBegun = firstTokenMs !== undefined;
  const made = { plan, lease, isHeldBack, latencyMs, firstTokenMs, usage, cost, answer: answered, error };
  const record = recordOf(made);
  const row = plan.rowOf(record, lease);
  settle(lease, received, { row, isUnused: usage === undefined }, tools);
  tools.health.callEnded(deployment, {
    passage,
    reason: error && reasonForBreaker(error, plan.cause, plan.signal),
    kind: plan.sink === undefined ? "whole" : "streamed",
    hadBegun: hadBegun && !isOvertaken(plan.signal),
    latencyMs: firstTokenMs ?? latencyMs,
  });
  span.noteBreaker(passage, tools.health.breaker(deployment).kind);
  span.noteFirstToken(firstTokenMs);
  if (isHeldBack) span.noteHeldBack();
  if (tools.capturesContent) span.recordContent(plan.request.messages, answered?.message);
  if (received.kind === "failed") {
    if (isOvertaken(plan.signal)) span.giveUp(usage, cost);
    else span.fail(error!, usage, cost);
    const { tokensStreamed } = received;
    return { kind: "failed", error: error!, tokensStreamed, hadBegun, record, row };
  }
  const { answer } = received;
  tools.estimator.observe(candidate.model, plan, candidate.estimate, answer.usage);
  span.succeed({
    usage: received.usage,
    cost,
    responseModel: answer.responseModel,
    finishReason: answer.providerFinishReason || answer.finishReason,
  });
  return { kind: "answered", answer, record, row };
}

function refuseOpen(deployment: string, breaker: BreakerView): Refusal {
  return refuse(
    "CANDIDATES_UNAVAILABLE",
    `${deployment} failed too often lately; its breaker is ${breaker.kind}. Try again later.`,
    { metadata: { model: deployment }, retryAfterMs: probeAfterMs(breaker) },
  );
}

function settle(
  lease: Lease,
  received: Received,
  { row, isUnused }: { readonly row: LedgerEntry; readonly isUnused: boolean },
  tools: AttemptTools,
): void {
  // A call that failed without a word of what it used costs nothing; the ledger says the same.
  const costNanoUsd = isUnused ? 0n : row.cost?.totalNanoUsd;
  // Limits are the provider's: what it did not say of an answer stays as reserved there.
  const counted = received.kind === "answered" ? received.answer.usage : received.usage;
  tools.scheduler.settle(lease, withCost(amountsUsed(counted, lease), costNanoUsd), row);
  tools.feedback.note(lease, rateAnswerOf(received));
}

function rateAnswerOf(received: Received): RateAnswer {
  if (received.kind === "answered") {
    const { headers, statusCode } = received.answer;
    return { headers, statusCode, retryAfterMs: undefined, isRateLimited: false };
  }
  const { headers, reason, retryAfterMs, statusCode } = received.error;
  return { headers, statusCode, retryAfterMs, isRateLimited: reason === "RATE_LIMITED" };
}

/** A call that broke because its caller left is not the provider's failure, whatever the socket said. */
function errorOf(error: AttemptError, signal: AbortSignal): AttemptError {
  if (isOvertaken(signal)) return overtakenError();
  if (!signal.aborted || error.reason === "CANCELLED") return error;
  const { statusCode, headers } = error;
  return new AttemptError("CANCELLED", "the caller went away or its deadline passed", {
    statusCode,
    headers,
    cause: error,
  });
}

const HELD_BACK = "held back until it was whole, since the last stream from there broke off";

function recordOf(options: {
  plan: AttemptPlan;
  lease: Lease;
  isHeldBack: boolean;
  latencyMs: number;
  firstTokenMs: number | undefined;
  usage: TokenUsage | undefined;
  cost: Cost | undefined;
  answer: ProviderAnswer | undefined;
  error: AttemptError | undefined;
}): AttemptRecord {
  const { plan, lease, isHeldBack, latencyMs, firstTokenMs, usage, cost, answer, error } = options;
  const { deployment } = plan.candidate;
  return {
    model: deployment.model,
    deployment: deployment.id,
    outcome: error === undefined ? "succeeded" : error.reason === "CANCELLED" ? "cancelled" : "failed",
    errorReason: error?.reason,
    errorMessage: error?.message ?? "",
    providerStatusCode: answer?.statusCode ?? error?.statusCode,
    waitedMs: lease.wait.waitedMs,
    waitCauses: lease.wait.causes,
    latencyMs,
    firstTokenLatencyMs: firstTokenMs,
    usage,
    cost,
    cause: plan.cause,
    explanation: isHeldBack ? `${plan.explanation}; ${HELD_BACK}` : plan.explanation,
  };
}
