import { ManualClock } from "../../../src/core/manual-clock.ts";
import { BudgetBook, type BudgetCall, type RequestSpending } from "../../../src/cost/budget/budget-book.ts";
import { configFrom } from "../../config/config-from.ts";

/** One US cent. */
export const CENT = 10_000_000n;
/** A Sunday in the middle of a month, noon. */
export const NOON_MS = Date.UTC(2026, 10, 22, 12);
export const NOTHING_SPENT: RequestSpending = { maxCostNanoUsd: undefined, spentNanoUsd: 0n };
export const NO_TOKENS = { requests: 1, inputTokens: 0, outputTokens: 0, totalTokens: 0 };

/** A book of the budgets of a YAML text, on a clock that stands at {@link NOON_MS}. */
export function makeBook(
  yaml: string,
  clock = new ManualClock({ wallMs: NOON_MS }),
): { book: BudgetBook; clock: ManualClock; roomCount: () => number } {
  const { budgets, tenants } = configFrom(yaml);
  let count = 0;
  const book = new BudgetBook({ budgets, tenants, clock, onRoom: () => void count++ });
  return { book, clock, roomCount: () => count };
}

/** A call of tenant `search` that costs at most 2 cents. */
export function makeCall(changes: Partial<BudgetCall> = {}): BudgetCall {
  return {
    tenant: "search",
    provider: "openai",
    model: "openai/gpt-4o-mini",
    tags: {},
    worstCostNanoUsd: 2n * CENT,
    ...changes,
  };
}
