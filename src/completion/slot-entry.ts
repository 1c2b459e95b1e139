import type { Clock } from "../core/clock.ts";
import type { LedgerEntry, LedgerOutcome } from "../cost/ledger.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { SlotCharge, SlotSettlement } from "../scheduler/slot-settlement.ts";
import type { SlotMemo } from "./slot-service.ts";
import { isRateLimitWait } from "./wait-kind.ts";

/** The ledger's row of a slot: settled, or expired when there is no settlement. */
export function slotEntry(options: {
  clock: Clock;
  lease: Lease;
  memo: SlotMemo;
  charge: SlotCharge;
  settlement?: SlotSettlement;
  /** The slot had expired, and a row of it is there already. */
  corrects?: boolean;
}): LedgerEntry {
  const { clock, lease, memo, charge, settlement } = options;
  const isRateLimited = settlement?.outcome === "rate_limited";
  return {
    wallMs: clock.wallMs(),
    kind: "slot",
    outcome: outcomeOf(settlement),
    reason: isRateLimited ? "RATE_LIMITED" : settlement?.outcome === "failed" ? "UNKNOWN" : undefined,
    tenant: memo.tenant,
    tags: memo.request.tags,
    taskType: "",
    provider: memo.deployment.provider,
    model: memo.model.id,
    deployment: memo.deployment.id,
    usage: charge.usage,
    cost: charge.cost,
    reservedTokens: lease.totalTokens,
    waitedMs: lease.waitedMs,
    isRateLimitWait: isRateLimitWait(lease.waitCauses),
    latencyMs: settlement === undefined ? undefined : clock.monotonicMs() - lease.startMs,
    isFallback: memo.isFallback,
    isRateLimitFallback: memo.isFallback,
    isLast: options.corrects !== true,
    requestId: memo.request.requestId,
    traceId: "",
  };
}

function outcomeOf(settlement: SlotSettlement | undefined): LedgerOutcome {
  if (settlement === undefined) return "expired";
  return settlement.outcome === "succeeded" ? "succeeded" : "failed";
}
