import type { DatabaseSync } from "node:sqlite";
import { HOUR_MS } from "../../core/durations.ts";
import { type TimeRange, within } from "../../cost/ledger/plan-ranges.ts";
import { dropBlock } from "./ledger-block.ts";
import { ADD_ON_CONFLICT, READ_ROW_SUMS, SUM_FIELDS, SUM_SUM_COLUMNS } from "./ledger-columns.ts";
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
import { RowSums } from "./row-sums.ts";

/** Columns of a sum after its grain: start, series, fields and the price's source. */
const SUM_COLUMN_COUNT = SUM_FIELDS.length + 3;

/** Rows of the file that are in no sum yet, added up: the first of them, at most `mostRows`. */
export function readUnsummed(database: DatabaseSync, mostRows: number): RowSums {
  const { summedRowId } = readLedgerState(database);
  const groups = database.prepare(
    `SELECT count(*), max(id), wall_ms / ${HOUR_MS} * ${HOUR_MS} AS hour_ms, series, ${READ_ROW_SUMS}
     FROM (SELECT * FROM ledger_row WHERE id > ? ORDER BY id LIMIT ?) GROUP BY hour_ms, series`,
  );
  groups.setReturnArrays(true);
  const rows = new RowSums();
  for (const group of groups.iterate(summedRowId, mostRows) as Iterable<unknown> as Iterable<number[]>) {
    const [rowCount, lastId, hourMs, series, ...read] = group as [
      number,
      number,
      number,
      number,
      ...number[],
    ];
    rows.addRead({ rowCount, lastId, hourMs, series, read });
  }
  return rows;
}

/**
 * Adds rows that are in no sum yet to all sums that they belong to. The more at once, the fewer sums are written for each.
 * In the transaction of the caller. Throws what SQLite throws, also where a sum becomes larger than its column holds.
 */
export function sumRows(database: DatabaseSync, rows: RowSums, pace: () => void): void {
  if (rows.rowCount === 0) return;
  database.exec("CREATE TEMP TABLE IF NOT EXISTS added AS SELECT * FROM ledger_sum WHERE false");
  const add = database.prepare(
    `INSERT INTO added VALUES (${GRAINS.taggedHour.id}, ${Array.from({ length: SUM_COLUMN_COUNT }, () => "?").join(", ")})`,
  );
  for (const columns of rows.columns()) {
    add.run(...columns);
    pace();
  }
  const { startMs, endMs } = database
    .prepare("SELECT min(start_ms) AS startMs, max(start_ms) + 1 AS endMs FROM added")
    .get() as unknown as TimeRange;
  addTagged(database, GRAINS.taggedHour);
  addTagged(database, GRAINS.taggedDay);
  addToLevel(database, UNTAGGED_LEVEL, { startMs, endMs });
  // Rows that come late, for hours that have their coarse sums already.
  const late = within({ startMs, endMs }, readLedgerState(database).coarse);
  if (late !== undefined) for (const level of COARSE_LEVELS) addToLevel(database, level, late);
  for (const { hourMs } of database.prepare("SELECT DISTINCT start_ms AS hourMs FROM added").all()) {
    for (const grain of BLOCK_GRAINS) dropBlock(database, grain, Number(hourMs));
  }
  database.exec("DELETE FROM added");
  database.prepare("UPDATE ledger_state SET summed_row_id = ?").run(rows.lastId);
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
