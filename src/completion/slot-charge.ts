import type { Clock } from "../core/clock.ts";
import { callAmountsOfTotal } from "../core/limit.ts";
import { worstCost } from "../cost/price/worst-cost.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { ReportedUsage, SlotCharge } from "../scheduler/slot-settlement.ts";
import { costOfUsage, wallTimeOf } from "./accounting.ts";
import type { SlotMemo } from "./slot-memo.ts";

interface ChargeTools {
  readonly clock: Clock;
}

/** All that was reserved, at the most that it can cost: what a slot is charged of which nothing was heard in time. */
export function worstCharge(lease: Lease, memo: SlotMemo, { clock }: ChargeTools): SlotCharge {
  const { price } = memo;
  const cost = price && worstCost(price, lease, wallTimeOf(clock, lease.startMs));
  return { kind: "settled", cost, usage: { ...reservedUsage(memo, lease), estimated: true } };
}

/**
 * What a slot is charged that was settled with `reported`. What the caller does not tell is taken as reserved; of a total
 * alone the input is taken as reserved, and the rest as output. Where not even that is known, all of the total is
 * charged on its dearer side, so that a budget is never charged less than was spent.
 */
export function settledCharge(
  reported: ReportedUsage | undefined,
  lease: Lease,
  memo: SlotMemo,
  { clock }: ChargeTools,
): SlotCharge {
  const usage = splitUsage(reported, lease, memo);
  const { price } = memo;
  const startWallMs = wallTimeOf(clock, lease.startMs);
  const { totalTokens } = usage;
  const isUnsplit = usage.inputTokens === undefined && totalTokens !== undefined;
  const cost = isUnsplit
    ? price && worstCost(price, callAmountsOfTotal(totalTokens), startWallMs)
    : costOfUsage(price, usage, startWallMs);
  return { kind: "settled", cost, usage };
}

/** The usage with both its sides where they can be told, marked as estimated where the caller did not say. */
function splitUsage(reported: ReportedUsage | undefined, lease: Lease, memo: SlotMemo): ReportedUsage {
  const { inputTokens, outputTokens, totalTokens } = reported ?? {};
  if (inputTokens !== undefined && outputTokens !== undefined) return reported!;
  const reserved = reservedUsage(memo, lease);
  const estimated = true;
  if (inputTokens === undefined && outputTokens === undefined) {
    if (totalTokens === undefined) return { ...reported, ...reserved, estimated };
    if (reserved.inputTokens === undefined) return { ...reported, estimated };
    const input = Math.min(reserved.inputTokens, totalTokens);
    return { ...reported, inputTokens: input, outputTokens: totalTokens - input, estimated };
  }
  if (totalTokens !== undefined) {
    const other = Math.max(0, totalTokens - (inputTokens ?? outputTokens!));
    return { ...reported, inputTokens: inputTokens ?? other, outputTokens: outputTokens ?? other };
  }
  return {
    ...reported,
    inputTokens: inputTokens ?? reserved.inputTokens ?? lease.totalTokens,
    outputTokens: outputTokens ?? reserved.outputTokens ?? lease.totalTokens,
    estimated,
  };
}

/** All that was reserved, as usage. */
function reservedUsage(
  memo: SlotMemo,
  lease: Lease,
): { inputTokens?: number; outputTokens?: number; totalTokens: number } {
  if (memo.request.inputTokens === undefined) return { totalTokens: lease.totalTokens };
  return { inputTokens: lease.inputTokens, outputTokens: lease.outputTokens, totalTokens: lease.totalTokens };
}
