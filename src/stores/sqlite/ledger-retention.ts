import type { DatabaseSync } from "node:sqlite";
import { DAY_MS, HOUR_MS } from "../../core/durations.ts";
import { startOfUnit } from "../../cost/ledger/plan-ranges.ts";
import { packNextBlock } from "./ledger-block.ts";
import { COARSE_LEVELS, GRAINS, type LedgerGrain } from "./ledger-grain.ts";
import { rollUpHour } from "./ledger-roll-up.ts";
import { boundTags } from "./ledger-tag-bound.ts";
import { transact } from "./transact.ts";

/** Rows deleted in one step: about 20 ms. */
const ROWS_PER_STEP = 5_000;
/** Sums by the hour are kept at least so long: a year and a month to compare it with. */
const HOURS_KEPT_MS = 400 * DAY_MS;

/**
 * Makes the coarse sums of hours that are over, packs sums, and lets go of what is older than it is kept: rows, and sums
 * by the hour that tell tags apart, after `retentionMs`; other sums by the hour after 400 days, or `retentionMs` where
 * that is longer. Sums by the day stay for ever, with a bounded number of sets of tags. One bounded step, in one
 * transaction; says whether there is more to do. To be called when all rows are in the sums.
 */
export function pruneLedger(database: DatabaseSync, nowMs: number, retentionMs: number): boolean {
  const rowsFromMs = startOfUnit(nowMs - retentionMs, HOUR_MS);
  const taggedHoursFromMs = startOfUnit(rowsFromMs, DAY_MS);
  const hoursFromMs = startOfUnit(nowMs - Math.max(retentionMs, HOURS_KEPT_MS), DAY_MS);
  return transact(database, () => {
    database
      .prepare(
        `UPDATE ledger_state SET
           rows_from_ms = max(ifnull(rows_from_ms, ?1), ?1),
           hours_from_ms = max(ifnull(hours_from_ms, ?2), ?2),
           tagged_hours_from_ms = max(ifnull(tagged_hours_from_ms, ?3), ?3)`,
      )
      .run(rowsFromMs, hoursFromMs, taggedHoursFromMs);
    // What is to go must be in the coarse sums before.
    return (
      rollUpHour(database, nowMs) ||
      deleteRows(database, rowsFromMs) ||
      deleteOldest(database, GRAINS.taggedHour, taggedHoursFromMs) ||
      deleteOldest(database, GRAINS.hour, hoursFromMs) ||
      COARSE_LEVELS.some(({ hour, isTagged }) =>
        deleteOldest(database, hour, isTagged ? taggedHoursFromMs : hoursFromMs),
      ) ||
      boundTags(database, taggedHoursFromMs) ||
      packNextBlock(database, nowMs)
    );
  });
}

function deleteRows(database: DatabaseSync, beforeMs: number): boolean {
  const { changes } = database
    .prepare("DELETE FROM ledger_row WHERE id IN (SELECT id FROM ledger_row WHERE wall_ms < ? LIMIT ?)")
    .run(beforeMs, ROWS_PER_STEP);
  // The next row gets the id after the last one that is left.
  database.exec(
    "UPDATE ledger_state SET summed_row_id = min(summed_row_id, (SELECT ifnull(max(id), 0) FROM ledger_row))",
  );
  return Number(changes) > 0;
}

function deleteOldest(database: DatabaseSync, grain: LedgerGrain, beforeMs: number): boolean {
  const { changes } = database
    .prepare(
      `DELETE FROM ledger_sum WHERE grain = ?1 AND start_ms < ?2
       AND start_ms = (SELECT min(start_ms) FROM ledger_sum WHERE grain = ?1)`,
    )
    .run(grain.id, beforeMs);
  database.prepare("DELETE FROM ledger_block WHERE grain = ? AND start_ms < ?").run(grain.id, beforeMs);
  return Number(changes) > 0;
}
