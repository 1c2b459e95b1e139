import type { Context } from "@opentelemetry/api";
import { AttemptError } from "../core/attempt-error.ts";
import type { ChatRequest, JsonObject } from "../core/chat.ts";
import type { Clock } from "../core/clock.ts";
import type { Cost } from "../core/cost.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { RequestSpending } from "../cost/budget/budget-book.ts";
import { refuseBudget } from "../cost/budget/refuse-budget.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import type { AttemptCause } from "../fallback/attempts/attempt-cause.ts";
import { probeAfterMs } from "../fallback/breaker/probe-after.ts";
import type { Selection } from "../fallback/selection/select-models.ts";
import type { BreakerView } from "../fallback/snapshot.ts";
import type { ProviderAnswer, ProviderCall } from "../providers/provider.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { RateAnswer, RateFeedback } from "../scheduler/rate-feedback.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { StartRequest } from "../scheduler/waiter.ts";
import { amountsUsed, costOfUsage, wallTimeOf } from "./accounting.ts";
import { acquireWithin } from "./acquire-within.ts";
import { AttemptSpan } from "./attempt-span.ts";
import { withCost } from "./call-budget.ts";
import type { Candidate } from "./candidate.ts";
import type { AttemptRecord } from "./complete-result.ts";
import type { DeploymentHealth } from "./deployment-health.ts";
import { filledUsage, writtenText } from "./filled-usage.ts";
import { isOvertaken, overtakenError, reasonForBreaker } from "./overtaken.ts";
import { receiveStream, type StreamSink } from "./receive-stream.ts";
import { isUnheard, sentUsage } from "./unheard-call.ts";

/** A call that missed its moment is asked for again at most so many times. */
const MOST_MISSED_STARTS = 3;

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
      readonly tokensStreamed: boolean;
    })
  | { readonly kind: "not_started"; readonly refusal: Refusal };

/** One attempt that is to be made. */
export interface AttemptPlan {
  readonly candidate: Candidate;
  /** From 1. */
  readonly number: number;
  readonly cause: AttemptCause;
  /** Why it is made, for people. */
  readonly explanation: string;
  readonly request: ChatRequest;
  readonly providerOptions: ProviderCall["providerOptions"];
  /** What the scheduler is asked for, without the option. */
  readonly start: Omit<StartRequest, "options" | "leaseDurationMs" | "memo">;
  readonly spending: RequestSpending;
  readonly tenant: string;
  readonly taskType: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** Receives the pieces of a streamed answer. Undefined: the answer is wanted whole. */
  readonly sink: StreamSink | undefined;
  /** The experiments that the request takes part in. */
  readonly arms: Selection["arms"];
  readonly parent: Context;
  /** Told when the wait is over and the call begins. */
  readonly onCallStart?: () => void;
  /** What a process that starts after a crash must know of the call. */
  readonly memo: JsonObject;
  /** The row of the attempt in the ledger, as if it ended the request. */
  readonly rowOf: (record: AttemptRecord, lease: Lease) => LedgerEntry;
}

export interface AttemptTools {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly estimator: TokenEstimator;
  /** The longest time between grant and start, in milliseconds. */
  readonly guardMs: number;
  readonly health: DeploymentHealth;
  readonly feedback: RateFeedback;
  /** Whether spans hold what was asked and answered. */
  readonly capturesContent: boolean;
}

/** Waits for the turn of one candidate, calls it once, and accounts what it used. Never throws. */
export async function makeAttempt(plan: AttemptPlan, tools: AttemptTools): Promise<AttemptOutcome> {
  const { candidate, start } = plan;
  const { clock } = tools;
  const span = new AttemptSpan(plan);
  span.startWait();
  const lease = await acquire(plan, tools);
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
  span.startCall(lease.waitedMs, lease.waitCauses);
  plan.sink?.attemptStarted(plan);
  plan.onCallStart?.();
  const startMs = clock.monotonicMs();
  const call = providerCall(plan);
  const received = await span.within(() => receive(plan, call, tools));
  const latencyMs = clock.monotonicMs() - startMs;
  const { usage } = received;
  const cost = costOfUsage(candidate.price, usage, wallTimeOf(clock, lease.startMs));
  const error = received.kind === "failed" ? errorOf(received.error, start.signal) : undefined;
  const { firstTokenMs } = received;
  const answered = received.kind === "answered" ? received.answer : undefined;
  const record = recordOf({ plan, lease, latencyMs, firstTokenMs, usage, cost, answer: answered, error });
  const row = plan.rowOf(record, lease);
  settle(lease, received, { row, isUnused: usage === undefined }, tools);
  tools.health.callEnded(deployment, {
    passage,
    reason: error && reasonForBreaker(error, plan.cause, start.signal),
    kind: plan.sink === undefined ? "whole" : "streamed",
    latencyMs: firstTokenMs ?? latencyMs,
  });
  span.noteBreaker(passage, tools.health.breaker(deployment).kind);
  span.noteFirstToken(firstTokenMs);
  if (tools.capturesContent) span.recordContent(plan.request.messages, answered?.message);
  if (received.kind === "failed") {
    if (isOvertaken(start.signal)) span.giveUp(usage, cost);
    else span.fail(error!, usage, cost);
    return { kind: "failed", error: error!, tokensStreamed: received.tokensStreamed, record, row };
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

/** A slot whose call can start within the guard; one that came too late for that is given back and asked for anew. */
async function acquire(plan: AttemptPlan, tools: AttemptTools): Promise<Lease | Refusal> {
  const { candidate, start } = plan;
  const { clock, guardMs, scheduler } = tools;
  const options = [candidate.option];
  const leaseDurationMs = candidate.providerConfig.timeoutMs + LEASE_SLACK_MS;
  // Only budgets need to know of a call after a crash.
  const memo = candidate.budget.scope && { memo: plan.memo };
  const request: StartRequest = { ...start, ...memo, options, leaseDurationMs };
  const refuseOver = (): Refusal | undefined => {
    const verdict = candidate.budget.verdict(plan.spending);
    return verdict.kind === "within" ? undefined : refuseBudget(candidate.deployment.id, verdict);
  };
  for (let missed = 0; ; missed++) {
    const over = refuseOver();
    if (over !== undefined) return over;
    const outcome = acquireWithin(scheduler, request, [candidate.budget.scope], refuseOver);
    const lease = outcome instanceof Promise ? await outcome : outcome;
    if (lease.kind === "refused") return lease;
    if (clock.monotonicMs() - lease.startMs <= guardMs || missed >= MOST_MISSED_STARTS) return lease;
    candidate.option.pool.counters.useByMissed++;
    scheduler.release(lease);
  }
}

/** Leases of our own calls outlive the longest call: they are settled in any case. */
const LEASE_SLACK_MS = 60_000;

/** What came of a call, with the usage that it is charged for. */
type Received = { readonly usage: TokenUsage | undefined; readonly firstTokenMs: number | undefined } & (
  | { readonly kind: "answered"; readonly answer: ProviderAnswer; readonly usage: TokenUsage }
  | { readonly kind: "failed"; readonly error: AttemptError; readonly tokensStreamed: boolean }
);

async function receive(plan: AttemptPlan, call: ProviderCall, tools: AttemptTools): Promise<Received> {
  const provider = plan.candidate.provider!;
  if (plan.sink !== undefined) return receiveStream(plan, provider.stream(call), plan.sink, tools);
  try {
    const answer = await provider.complete(call);
    const usage = filledUsage(plan, answer.usage, writtenText(answer.message), tools.estimator);
    return { kind: "answered", answer, usage, firstTokenMs: undefined };
  } catch (thrown) {
    const error = asAttemptError(thrown);
    const usage = isUnheard(error) ? sentUsage(plan) : undefined;
    return { kind: "failed", error, tokensStreamed: false, usage, firstTokenMs: undefined };
  }
}

function settle(
  lease: Lease,
  received: Received,
  { row, isUnused }: { readonly row: LedgerEntry; readonly isUnused: boolean },
  tools: AttemptTools,
): void {
  if (row.journalId !== undefined) lease.row = row;
  // A call that failed without a word of what it used costs nothing; the ledger says the same.
  const costNanoUsd = isUnused ? 0n : row.cost?.totalNanoUsd;
  // Limits are the provider's: what it did not say of an answer stays as reserved there.
  const counted = received.kind === "answered" ? received.answer.usage : received.usage;
  tools.scheduler.settle(lease, withCost(amountsUsed(counted, lease), costNanoUsd));
  lease.row = undefined;
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

function providerCall(plan: AttemptPlan): ProviderCall {
  const { candidate, start } = plan;
  const { providerConfig, model, deployment } = candidate;
  return {
    upstreamModel: deployment.upstreamModel,
    request: plan.request,
    ...(model.maxOutputTokens !== undefined && { modelMaxOutputTokens: model.maxOutputTokens }),
    providerOptions: plan.providerOptions,
    timeouts: {
      totalMs: providerConfig.timeoutMs,
      firstTokenMs: providerConfig.firstTokenTimeoutMs,
      idleMs: providerConfig.idleTimeoutMs,
    },
    signal: start.signal,
  };
}

/** Providers throw nothing else; what comes nevertheless is a defect of ours and not the provider's. */
export function asAttemptError(thrown: unknown): AttemptError {
  if (thrown instanceof AttemptError) return thrown;
  return new AttemptError("UNKNOWN", "the call ended with an error that is not understood", {
    cause: thrown,
  });
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

function recordOf(options: {
  plan: AttemptPlan;
  lease: Lease;
  latencyMs: number;
  firstTokenMs: number | undefined;
  usage: TokenUsage | undefined;
  cost: Cost | undefined;
  answer: ProviderAnswer | undefined;
  error: AttemptError | undefined;
}): AttemptRecord {
  const { plan, lease, latencyMs, firstTokenMs, usage, cost, answer, error } = options;
  const { deployment } = plan.candidate;
  return {
    model: deployment.model,
    deployment: deployment.id,
    outcome: error === undefined ? "succeeded" : error.reason === "CANCELLED" ? "cancelled" : "failed",
    errorReason: error?.reason,
    errorMessage: error?.message ?? "",
    providerStatusCode: answer?.statusCode ?? error?.statusCode,
    waitedMs: lease.waitedMs,
    waitCauses: lease.waitCauses,
    latencyMs,
    firstTokenLatencyMs: firstTokenMs,
    usage,
    cost,
    cause: plan.cause,
    explanation: plan.explanation,
  };
}
