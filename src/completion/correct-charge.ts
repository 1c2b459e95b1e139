import type { Cost } from "../core/cost.ts";
import { TOKEN_KINDS } from "../core/usage.ts";
import type { ReportedUsage, SlotCharge } from "../scheduler/slot-settlement.ts";

/**
 * What must be added to a slot's charge at its expiry to come to what it really took; parts may be negative. What the
 * settlement does not tell stays as it was charged.
 */
export function correctCharge(charged: SlotCharge, actual: SlotCharge): SlotCharge {
  return {
    kind: "settled",
    usage: correctUsage(charged.usage, actual.usage),
    cost: actual.cost === undefined ? undefined : correctCost(charged.cost, actual.cost),
  };
}

function correctCost(charged: Cost | undefined, actual: Cost): Cost {
  if (charged === undefined) return actual;
  return {
    inputNanoUsd: actual.inputNanoUsd - charged.inputNanoUsd,
    outputNanoUsd: actual.outputNanoUsd - charged.outputNanoUsd,
    totalNanoUsd: actual.totalNanoUsd - charged.totalNanoUsd,
    priceSource: actual.priceSource,
  };
}

function correctUsage(charged: ReportedUsage, actual: ReportedUsage): ReportedUsage {
  const difference: Partial<Record<(typeof TOKEN_KINDS)[number] | "totalTokens", number>> = {};
  for (const kind of TOKEN_KINDS) {
    const tokens = actual[kind];
    if (tokens !== undefined) difference[kind] = tokens - (charged[kind] ?? 0);
  }
  const total = totalOf(actual);
  difference.totalTokens = total === undefined ? 0 : total - (totalOf(charged) ?? 0);
  return { ...difference, ...(actual.estimated === true && { estimated: true }) };
}

/** Undefined: it is not known. */
function totalOf({ inputTokens, outputTokens, totalTokens }: ReportedUsage): number | undefined {
  if (totalTokens !== undefined) return totalTokens;
  return inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
}
