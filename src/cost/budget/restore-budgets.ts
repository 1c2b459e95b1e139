import { periodBounds } from "../../core/calendar.ts";
import type { LedgerStore } from "../ledger/ledger-store.ts";
import type { UsageDimension } from "../ledger/usage-query.ts";
import type { BudgetBook } from "./budget-book.ts";

/**
 * Counts in a new book what the ledger says was spent in the present periods, to the nano-dollar. Call it once, before
 * the first call; calls that are still open come back with the scheduler's slots.
 */
export async function restoreBudgets(
  book: BudgetBook,
  ledger: Pick<LedgerStore, "query">,
  at: { readonly wallMs: number; readonly timeZone: string },
): Promise<void> {
  const tagNames = new Set(book.rules.flatMap(({ selector }) => selector.tag?.name ?? []));
  const tagDimensions = [...tagNames].map((name): UsageDimension => `tag:${name}`);
  for (const period of new Set(book.rules.map((rule) => rule.period))) {
    const { groups } = await ledger.query({
      models: [],
      tenant: undefined,
      startWallMs: periodBounds(period, at.wallMs, at.timeZone).startMs,
      endWallMs: undefined,
      groupBy: ["tenant", "provider", "model", ...tagDimensions],
    });
    for (const { key, totals } of groups) {
      if (totals.cost === undefined) continue;
      const tags = Object.fromEntries([...tagNames].map((name) => [name, key[`tag:${name}`]!]));
      const call = { tenant: key.tenant!, provider: key.provider!, model: key.model!, tags };
      for (const rule of book.rules) {
        if (rule.period === period) book.addSpent(rule, call, totals.cost.totalNanoUsd);
      }
    }
  }
}
