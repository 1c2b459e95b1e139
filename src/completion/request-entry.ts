import type { Refusal } from "../core/refusal.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { Candidate } from "./candidate.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { AttemptRecord } from "./complete-result.ts";
import { journalIdOf } from "./journal-id.ts";
import { isRateLimitWait } from "./wait-kind.ts";

/** The ledger's row of an attempt, as if it ended its request. */
export function attemptEntry(options: {
  readonly wallMs: number;
  readonly candidate: Candidate;
  readonly record: AttemptRecord;
  readonly command: CompleteCommand;
  readonly tags: LedgerEntry["tags"];
  readonly tenant: string;
  /** The deployment is the one that is preferred above all. */
  readonly isFirstChoice: boolean;
  /** An attempt before it was refused for its rate. */
  readonly afterRateLimit: boolean;
  readonly traceId: string;
  readonly lease: Lease;
}): LedgerEntry {
  const { candidate, record, command, isFirstChoice } = options;
  const isRateLimitFallback = record.cause === "fallback_wait" || options.afterRateLimit;
  return {
    wallMs: options.wallMs,
    kind: "attempt",
    outcome: record.outcome,
    reason: record.errorReason,
    tenant: options.tenant,
    tags: options.tags,
    taskType: command.taskType ?? "",
    provider: candidate.deployment.provider,
    model: record.model,
    deployment: record.deployment,
    usage: record.usage,
    cost: record.cost,
    reservedTokens: candidate.option.amounts.totalTokens,
    waitedMs: record.waitedMs,
    isRateLimitWait: isRateLimitWait(record.waitCauses),
    latencyMs: record.latencyMs,
    isFallback: !isFirstChoice,
    isRateLimitFallback: !isFirstChoice && isRateLimitFallback,
    isLast: true,
    requestId: command.requestId,
    traceId: options.traceId,
    journalId: journalIdOf(options.lease),
  };
}

/** What the ledger's row of a request says for which nothing was called. */
export const NOTHING_CALLED = {
  usage: undefined,
  cost: undefined,
  reservedTokens: 0,
  waitedMs: 0,
  isRateLimitWait: false,
  latencyMs: undefined,
  isFallback: false,
  isRateLimitFallback: false,
  isLast: true,
} as const satisfies Partial<LedgerEntry>;

/** The ledger's row of a request that ended in a refusal without a call that could stand for it. */
export function refusalEntry(options: {
  readonly wallMs: number;
  readonly refusal: Refusal;
  readonly command: CompleteCommand;
  readonly tags: LedgerEntry["tags"];
  readonly tenant: string;
  /** The first candidate; undefined: there was none. */
  readonly candidate: Candidate | undefined;
  readonly traceId: string;
}): LedgerEntry {
  const { candidate, command, refusal } = options;
  return {
    wallMs: options.wallMs,
    kind: "refusal",
    outcome: refusal.reason === "CANCELLED" ? "cancelled" : "refused",
    reason: refusal.reason,
    tenant: options.tenant,
    tags: options.tags,
    taskType: command.taskType ?? "",
    provider: candidate?.deployment.provider ?? "",
    model: candidate?.model.id ?? "",
    deployment: candidate?.deployment.id ?? "",
    ...NOTHING_CALLED,
    requestId: command.requestId,
    traceId: options.traceId,
  };
}
