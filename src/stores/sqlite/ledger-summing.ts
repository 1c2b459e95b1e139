import type { DatabaseSync } from "node:sqlite";
import { HOUR_MS } from "../../core/durations.ts";
import { type TimeRange, within } from "../../cost/ledger/plan-ranges.ts";
import { dropBlock } from "./ledger-block.ts";
import { ADD_ON_CONFLICT, ROW_SUM_COLUMNS, SUM_SUM_COLUMNS } from "./ledger-columns.ts";
import {
  BLOCK_GRAINS,
  COARSE_LEVELS,
  GRAINS,
  type LedgerGrain,
  type SumLevel,
  UNTAGGED_LEVEL,
} from "./ledger-grain.ts";
import { addSums } from "./ledger-roll-up.ts";
import { readLedgerState } from "./ledger-state.ts";

/**
 * Adds the next rows that are in no sum yet, at most `mostRows`, to all sums that they belong to; says how many there
 * were. The more at once, the fewer sums are written for each. In the transaction of the caller. Throws what SQLite
 * throws, also where a sum becomes larger than its column holds.
 */
export function sumRows(database: DatabaseSync, mostRows: number): number {
  const { coarse, summedRowId } = readLedgerState(database);
  const { count, lastId } = database
    .prepare(
      `SELECT count(*) AS count, max(id) AS lastId
       FROM (SELECT id FROM ledger_row WHERE id > ? ORDER BY id LIMIT ?)`,
    )
    .get(summedRowId, mostRows) as { count: number; lastId: number };
  if (count === 0) return 0;
  database.exec("CREATE TEMP TABLE IF NOT EXISTS added AS SELECT * FROM ledger_sum WHERE false");
  database
    .prepare(
      `INSERT INTO added SELECT ?, wall_ms / ${HOUR_MS} * ${HOUR_MS} AS hour_ms, series, ${ROW_SUM_COLUMNS}
       FROM ledger_row WHERE id > ? AND id <= ? GROUP BY hour_ms, series`,
    )
    .run(GRAINS.taggedHour.id, summedRowId, lastId);
  const { startMs, endMs } = database
    .prepare("SELECT min(start_ms) AS startMs, max(start_ms) + 1 AS endMs FROM added")
    .get() as unknown as TimeRange;
  addTagged(database, GRAINS.taggedHour);
  addTagged(database, GRAINS.taggedDay);
  addToLevel(database, UNTAGGED_LEVEL, { startMs, endMs });
  // Rows that come late, for hours that have their coarse sums already.
  const late = within({ startMs, endMs }, coarse);
  if (late !== undefined) for (const level of COARSE_LEVELS) addToLevel(database, level, late);
  for (const { hourMs } of database.prepare("SELECT DISTINCT start_ms AS hourMs FROM added").all()) {
    for (const grain of BLOCK_GRAINS) dropBlock(database, grain, Number(hourMs));
  }
  database.exec("DELETE FROM added");
  database.prepare("UPDATE ledger_state SET summed_row_id = ?").run(lastId);
  return count;
}

function addTagged(database: DatabaseSync, { id, unitMs }: LedgerGrain): void {
  database
    .prepare(
      `INSERT INTO ledger_sum SELECT ?, start_ms / ${unitMs} * ${unitMs} AS unit_ms, series, ${SUM_SUM_COLUMNS}
       FROM added WHERE true GROUP BY unit_ms, series ${ADD_ON_CONFLICT}`,
    )
    .run(id);
}

function addToLevel(database: DatabaseSync, level: SumLevel, range: TimeRange): void {
  for (const to of [level.hour, level.day]) {
    addSums(database, level, { table: "added", from: GRAINS.taggedHour, range, to });
  }
}
