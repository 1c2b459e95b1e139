import type { Clock } from "../core/clock.ts";
import { worstCaseCost } from "../cost/price/cost-of.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { SlotCharge } from "../scheduler/slot-settlement.ts";
import { priceOf, wallTimeOf } from "./accounting.ts";
import type { SlotMemo } from "./slot-memo.ts";

/** All that was reserved, at the most that it can cost: what a slot is charged of which nothing was heard in time. */
export function worstCharge(
  lease: Lease,
  memo: SlotMemo,
  { clock, prices }: { readonly clock: Clock; readonly prices: PriceBook },
): SlotCharge {
  const price = priceOf(prices, memo.model, memo.deployment);
  const { inputTokens, outputTokens } = lease;
  const cost = price && worstCaseCost(price, inputTokens, outputTokens, wallTimeOf(clock, lease.startMs));
  return { kind: "settled", cost, usage: { ...reservedUsage(memo, lease), estimated: true } };
}

/** All that was reserved, as usage. */
export function reservedUsage(
  memo: SlotMemo,
  lease: Lease,
): { inputTokens?: number; outputTokens?: number; totalTokens: number } {
  if (memo.request.inputTokens === undefined) return { totalTokens: lease.totalTokens };
  return { inputTokens: lease.inputTokens, outputTokens: lease.outputTokens, totalTokens: lease.totalTokens };
}
