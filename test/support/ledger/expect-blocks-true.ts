import type { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { readBlocks, rowsOf } from "../../../src/stores/sqlite/ledger-block.ts";
import { READ_SUM_SUMS } from "../../../src/stores/sqlite/ledger-columns.ts";
import { BLOCK_GRAINS } from "../../../src/stores/sqlite/ledger-grain.ts";

const FOREVER = { startMs: -(2 ** 52), endMs: 2 ** 53 };

/** Holds every block to the sums that it is a copy of; returns how many there are. */
export function expectBlocksTrue(database: DatabaseSync): number {
  let count = 0;
  for (const grain of BLOCK_GRAINS) {
    for (const block of readBlocks(database, grain, FOREVER)) {
      const sums = database.prepare(
        `SELECT series, ${READ_SUM_SUMS} FROM ledger_sum
         WHERE grain = ? AND start_ms >= ? AND start_ms < ? GROUP BY series ORDER BY series`,
      );
      sums.setReturnArrays(true);
      expect(Array.from(rowsOf(block), (row) => [...row])).toEqual(
        sums.all(grain.id, block.startMs, block.endMs),
      );
      count++;
    }
  }
  return count;
}
