import type { Clock } from "../core/clock.ts";
import type { LedgerEntry, LedgerOutcome } from "../cost/ledger.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { SlotCharge, SlotSettlement } from "../scheduler/slot-settlement.ts";
import { journalIdOf } from "./journal-id.ts";
import type { SlotMemo } from "./slot-memo.ts";
import { isRateLimitWait } from "./wait-kind.ts";

/** The ledger's row of a slot, or of an attempt that its process did not live to end: settled, or expired when there is no settlement. */
export function slotEntry(options: {
  clock: Clock;
  lease: Lease;
  memo: SlotMemo;
  charge: SlotCharge;
  settlement?: SlotSettlement;
  /** The slot had expired, and a row of it is there already, to which `charge` is only the difference. */
  corrects?: boolean;
}): LedgerEntry {
  const { clock, lease, memo, charge, settlement, corrects = false } = options;
  const isRateLimited = settlement?.outcome === "rate_limited";
  return {
    wallMs: clock.wallMs(),
    kind: memo.kind,
    outcome: outcomeOf(settlement),
    reason: isRateLimited ? "RATE_LIMITED" : settlement?.outcome === "failed" ? "UNKNOWN" : undefined,
    tenant: memo.tenant,
    tags: memo.request.tags,
    taskType: memo.taskType,
    provider: memo.deployment.provider,
    model: memo.model.id,
    deployment: memo.deployment.id,
    usage: charge.usage,
    cost: charge.cost,
    reservedTokens: lease.totalTokens,
    waitedMs: corrects ? 0 : lease.wait.waitedMs,
    isRateLimitWait: !corrects && isRateLimitWait(lease.wait.causes),
    latencyMs: settlement === undefined ? undefined : clock.monotonicMs() - lease.startMs,
    isFallback: memo.isFallback,
    isRateLimitFallback: !corrects && memo.isFallback,
    isLast: !corrects,
    requestId: memo.request.requestId,
    traceId: memo.acquiredIn?.traceId ?? "",
    journalId: journalIdOf(lease, corrects),
  };
}

function outcomeOf(settlement: SlotSettlement | undefined): LedgerOutcome {
  if (settlement === undefined) return "expired";
  return settlement.outcome === "succeeded" ? "succeeded" : "failed";
}
