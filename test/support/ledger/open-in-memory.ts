import { DatabaseSync } from "node:sqlite";
import type { UsageQuery, UsageSummary } from "../../../src/cost/ledger/usage-query.ts";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import { LEDGER_MIGRATIONS } from "../../../src/stores/sqlite/ledger-migrations.ts";
import { LedgerReader } from "../../../src/stores/sqlite/ledger-reader.ts";
import { pruneLedger } from "../../../src/stores/sqlite/ledger-retention.ts";
import { LedgerWriter } from "../../../src/stores/sqlite/ledger-writer.ts";
import { migrate } from "../../../src/stores/sqlite/migrate.ts";
import { unpackSummary } from "../../../src/stores/sqlite/packed-summary.ts";
import { RowBatchBuilder } from "../../../src/stores/sqlite/row-batch.ts";

const DAY_MS = 86_400_000;

/** A ledger in memory whose upkeep is done by hand. */
export function openInMemory() {
  const database = new DatabaseSync(":memory:");
  migrate(database, "ledger", LEDGER_MIGRATIONS);
  const ledger = new LedgerWriter(database);
  const writer = {
    write(entries: readonly LedgerEntry[]): void {
      const batch = new RowBatchBuilder(entries.length);
      for (const entry of entries) batch.add(entry);
      ledger.add(batch.take());
      ledger.commit();
    },
    sum: (mostRows: number): number => ledger.sum(mostRows),
  };
  const reader = new LedgerReader(database);
  return {
    database,
    writer,
    /** All that there is to do at a time. */
    upkeep(nowMs: number, retentionMs = 90 * DAY_MS): void {
      while (writer.sum(1_000) > 0);
      while (pruneLedger(database, nowMs, retentionMs)) ledger.refresh();
      ledger.refresh();
    },
    ask: (asked: UsageQuery): UsageSummary => unpackSummary(reader.query(asked, [])),
  };
}
