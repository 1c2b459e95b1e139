import { formatCount, formatMs } from "./format.ts";
import type { CandidateSnapshot, CapabilityFlags } from "./snapshot.ts";

/** Whether a candidate may be called, and if not why not: the first of these that stands in its way. */
export type CandidateVerdict =
  | "eligible"
  | "not_allowed"
  | "disabled"
  | "not_configured"
  | "capability_missing"
  | "context_too_small"
  | "limit_too_small"
  | "breaker_open"
  | "price_unknown"
  | "over_budget"
  | "queue_full"
  | "wait_too_long";

/** What the request asks of every candidate. */
export interface RequestNeeds {
  /** Those that are true are needed. */
  readonly capabilities: CapabilityFlags;
  /** The most tokens of output that were asked for. Undefined: as many as the model can. */
  readonly maxOutputTokens: number | undefined;
  /** The longest wait for a turn that is still accepted: `max_wait`, less what has been waited; 0: none. */
  readonly maxWaitMs: number;
  /** Until the caller's deadline. Undefined: it set none. */
  readonly remainingMs: number | undefined;
}

/** A verdict and the reason for it, for people. */
export interface Judgement {
  readonly verdict: CandidateVerdict;
  readonly explanation: string;
}

const QUEUE_FULL: Judgement = { verdict: "queue_full", explanation: "too many wait for it already" };

const CAPABILITY_TEXT: Record<keyof CapabilityFlags, string> = {
  tools: "call tools",
  images: "see images",
  jsonSchema: "follow a JSON schema",
  streaming: "stream",
};

/** Says whether one candidate may be called for a request. */
export function judge(candidate: CandidateSnapshot, needs: RequestNeeds): Judgement {
  return (
    judgeAvailability(candidate) ??
    judgeCapabilities(candidate, needs) ??
    judgeSize(candidate, needs) ??
    judgeBreaker(candidate) ??
    judgeBudget(candidate) ??
    judgeWait(candidate, needs)
  );
}

/**
 * The same for a request that is going to be made smaller: neither its size nor its wait, which was predicted for all
 * of it, counts. Undefined: nothing stands in the way.
 */
export function judgeWithoutSize(candidate: CandidateSnapshot, needs: RequestNeeds): Judgement | undefined {
  return (
    judgeAvailability(candidate) ??
    judgeCapabilities(candidate, needs) ??
    judgeBreaker(candidate) ??
    judgeBudget(candidate) ??
    (candidate.queueFull ? QUEUE_FULL : undefined)
  );
}

/** Tokens of context that a request takes: its input, and its output as asked for and possible, but at least one. */
function contextNeedTokens(candidate: CandidateSnapshot, needs: RequestNeeds): number {
  const possibleTokens = candidate.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  return candidate.inputTokens + Math.min(needs.maxOutputTokens ?? 1, possibleTokens);
}

/** The longest wait that is accepted: the shorter of `max_wait` and the deadline. */
export function acceptedWaitMs(needs: RequestNeeds): number {
  return Math.max(0, Math.min(needs.maxWaitMs, needs.remainingMs ?? Number.POSITIVE_INFINITY));
}

function judgeAvailability({ availability }: CandidateSnapshot): Judgement | undefined {
  if (availability.kind === "available") return undefined;
  return { verdict: availability.kind, explanation: availability.explanation };
}

function judgeCapabilities(candidate: CandidateSnapshot, needs: RequestNeeds): Judgement | undefined {
  const missing = (Object.keys(CAPABILITY_TEXT) as (keyof CapabilityFlags)[]).filter(
    (name) => needs.capabilities[name] && !candidate.capabilities[name],
  );
  if (missing.length === 0) return undefined;
  const text = missing.map((name) => CAPABILITY_TEXT[name]).join(" nor ");
  return { verdict: "capability_missing", explanation: `it cannot ${text}` };
}

function judgeSize(candidate: CandidateSnapshot, needs: RequestNeeds): Judgement | undefined {
  const { contextWindowTokens, reservedTokens, tokenCap } = candidate;
  const neededTokens = contextNeedTokens(candidate, needs);
  if (contextWindowTokens !== undefined && contextWindowTokens < neededTokens) {
    return {
      verdict: "context_too_small",
      explanation: `its context of ${formatCount(contextWindowTokens)} is less than the ${formatCount(neededTokens)} tokens needed`,
    };
  }
  if (tokenCap === undefined || reservedTokens <= tokenCap) return undefined;
  return {
    verdict: "limit_too_small",
    explanation: `its limit never lets more than ${formatCount(tokenCap)} tokens pass, and ${formatCount(reservedTokens)} are needed`,
  };
}

function judgeBreaker({ breaker }: CandidateSnapshot): Judgement | undefined {
  if (breaker.kind === "open") {
    return {
      verdict: "breaker_open",
      explanation: `it failed too often lately; its breaker is open for another ${formatMs(breaker.retryAfterMs)}`,
    };
  }
  if (breaker.kind === "closed" || !breaker.probing) return undefined;
  return { verdict: "breaker_open", explanation: "it failed too often lately, and a probe is on its way" };
}

function judgeBudget({ budget }: CandidateSnapshot): Judgement | undefined {
  if (budget.kind === "within") return undefined;
  return {
    verdict: budget.kind === "over" ? "over_budget" : "price_unknown",
    explanation: budget.explanation,
  };
}

function judgeWait(candidate: CandidateSnapshot, needs: RequestNeeds): Judgement {
  const { predictedWaitMs, queueFull } = candidate;
  const accepted = acceptedWaitMs(needs);
  const bound = accepted < needs.maxWaitMs ? "the deadline, in" : "max_wait of";
  if (predictedWaitMs === 0) return { verdict: "eligible", explanation: "starts at once" };
  if (queueFull) return QUEUE_FULL;
  if (predictedWaitMs === Number.POSITIVE_INFINITY) {
    return accepted > 0
      ? { verdict: "eligible", explanation: "starts when a running call ends" }
      : { verdict: "wait_too_long", explanation: "it cannot start now, and no wait is accepted" };
  }
  const wait = `${formatMs(predictedWaitMs)}, ${predictedWaitMs <= accepted ? "within" : "longer than"} ${bound} ${formatMs(accepted)}`;
  return predictedWaitMs <= accepted
    ? { verdict: "eligible", explanation: `waits ${wait}` }
    : { verdict: "wait_too_long", explanation: `it would wait ${wait}` };
}
