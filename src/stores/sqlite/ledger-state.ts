import type { DatabaseSync } from "node:sqlite";
import type { TimeRange } from "../../cost/ledger/plan-ranges.ts";

/** What of the ledger is still kept in detail; −Infinity: everything. */
export interface LedgerState {
  /** Single rows that ended since. A whole hour. */
  readonly rowsFromMs: number;
  /** Sums by the hour since. A whole day. */
  readonly hoursFromMs: number;
  /** Sums by the hour that tell tags apart, since. A whole day. */
  readonly taggedHoursFromMs: number;
  /** Days before keep only their most used sets of tags. A whole day. */
  readonly tagsBoundedBeforeMs: number;
  /** Coarse sums stand for all that ended in this stretch: from a whole day to a whole hour; empty at first. */
  readonly coarse: TimeRange;
  /** Rows with ids up to it are in the sums, and those with greater ones in none. */
  readonly summedRowId: number;
}

/** Reads what is kept. */
export function readLedgerState(database: DatabaseSync): LedgerState {
  const row = database.prepare("SELECT * FROM ledger_state").get()!;
  const since = (value: unknown): number => (value === null ? Number.NEGATIVE_INFINITY : Number(value));
  return {
    rowsFromMs: since(row.rows_from_ms),
    hoursFromMs: since(row.hours_from_ms),
    taggedHoursFromMs: since(row.tagged_hours_from_ms),
    tagsBoundedBeforeMs: since(row.tags_bounded_before_ms),
    coarse: { startMs: since(row.coarse_from_ms), endMs: since(row.coarse_until_ms) },
    summedRowId: Number(row.summed_row_id),
  };
}
