import type { DatabaseSync } from "node:sqlite";
import { startOfUnit, type TimeRange } from "../../cost/ledger/plan-ranges.ts";
import { READ_COLUMN_COUNT, READ_SUM_SUMS } from "./ledger-columns.ts";
import { BLOCK_GRAINS, type BlockGrain } from "./ledger-grain.ts";
import { NumberPacker, NumberUnpacker } from "./packed-numbers.ts";

/**
 * The sums of one grain and stretch of time added up by series, and packed: they are read four times as fast as single
 * sums. What they are made of stays, so a block is no more than a copy.
 */
export interface SumBlock extends TimeRange {
  readonly bytes: Uint8Array;
}

/**
 * Packs the latest stretch that is over, has sums and no block; says whether there was one. In the transaction of the
 * caller; takes about 3 µs for each sum.
 */
export function packNextBlock(database: DatabaseSync, nowMs: number): boolean {
  const findSum = database.prepare(
    "SELECT max(start_ms) AS start FROM ledger_sum WHERE grain = ? AND start_ms < ?",
  );
  const findBlock = database.prepare("SELECT 1 FROM ledger_block WHERE grain = ? AND start_ms = ?");
  for (const grain of BLOCK_GRAINS) {
    let beforeMs = startOfUnit(nowMs, grain.blockMs);
    for (;;) {
      const start = findSum.get(grain.id, beforeMs)?.start;
      if (typeof start !== "number") break;
      const startMs = startOfUnit(start, grain.blockMs);
      if (findBlock.get(grain.id, startMs) === undefined) {
        packBlock(database, grain, startMs);
        return true;
      }
      beforeMs = startMs;
    }
  }
  return false;
}

function packBlock(database: DatabaseSync, { id, blockMs }: BlockGrain, startMs: number): void {
  const sums = database.prepare(
    `SELECT series, ${READ_SUM_SUMS} FROM ledger_sum WHERE grain = ? AND start_ms >= ? AND start_ms < ?
     GROUP BY series ORDER BY series`,
  );
  sums.setReturnArrays(true);
  const rows = sums.iterate(id, startMs, startMs + blockMs) as Iterable<unknown> as Iterable<number[]>;
  const packer = new NumberPacker();
  let previousSeries = 0;
  for (const row of rows) {
    const series = row[0]!;
    packer.add(series - previousSeries);
    for (let index = 1; index < row.length; index++) packer.add(row[index]!);
    previousSeries = series;
  }
  database.prepare("INSERT INTO ledger_block VALUES (?, ?, ?)").run(id, startMs, packer.bytes());
}

/** To be called when a sum that starts then changes, in the same transaction. The block is made anew later. */
export function dropBlock(database: DatabaseSync, { id, blockMs }: BlockGrain, startMs: number): void {
  database
    .prepare("DELETE FROM ledger_block WHERE grain = ? AND start_ms = ?")
    .run(id, startOfUnit(startMs, blockMs));
}

/** The blocks that lie in a range, in their order. */
export function* readBlocks(
  database: DatabaseSync,
  { id, blockMs }: BlockGrain,
  { startMs, endMs }: TimeRange,
): Iterable<SumBlock> {
  const blocks = database.prepare(
    "SELECT start_ms, sums FROM ledger_block WHERE grain = ? AND start_ms >= ? AND start_ms <= ? ORDER BY start_ms",
  );
  for (const { start_ms, sums } of blocks.iterate(id, startMs, endMs - blockMs)) {
    const start = Number(start_ms);
    yield { startMs: start, endMs: start + blockMs, bytes: sums as Uint8Array };
  }
}

/** The sums in a block: each time the same array, of the series and the columns that `SumTable` takes. */
export function* rowsOf({ bytes }: SumBlock): Iterable<Float64Array> {
  const unpacker = new NumberUnpacker(bytes);
  const row = new Float64Array(1 + READ_COLUMN_COUNT);
  let series = 0;
  while (!unpacker.isAtEnd) {
    unpacker.fill(row);
    series += row[0]!;
    row[0] = series;
    yield row;
  }
}
