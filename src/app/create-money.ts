import { BudgetBook } from "../cost/budget/budget-book.ts";
import { restoreBudgets } from "../cost/budget/restore-budgets.ts";
import { PriceBook } from "../cost/price/price-book.ts";
import { loadEncodings, TokenEstimator } from "../cost/tokens/token-estimator.ts";
import { SqliteLedger } from "../stores/sqlite/ledger.ts";
import type { AppOptions } from "./app-options.ts";
import type { Scheduling } from "./create-scheduling.ts";
import type { Storage } from "./open-storage.ts";
import { usable } from "./usable-storage.ts";

/** What calls take and cost, and what they may cost. */
export interface Money {
  readonly estimator: TokenEstimator;
  readonly prices: PriceBook;
  readonly budgets: BudgetBook;
}

/** Makes them, with what the ledger says was spent. @throws {StartError} when it cannot be read */
export async function createMoney(
  { clock, config, random }: AppOptions,
  opened: AsyncDisposableStack,
  { ledger, journaling, pools }: Storage & Pick<Scheduling, "pools">,
): Promise<Money> {
  const estimator = new TokenEstimator({ encodings: await loadEncodings(), random });
  const prices = new PriceBook(config.budgets);
  const budgets = new BudgetBook({
    budgets: config.budgets,
    tenants: config.tenants,
    clock,
    onRoom() {
      for (const pool of pools.all()) pool.noteRoom(clock.monotonicMs());
    },
  });
  opened.defer(() => budgets.close());
  if (ledger instanceof SqliteLedger) await usable(() => ledger.recordMissing(journaling?.rows ?? []));
  const { timeZone } = config.budgets;
  await usable(() => restoreBudgets(budgets, ledger, { wallMs: clock.wallMs(), timeZone }));
  return { estimator, prices, budgets };
}
