import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../src/core/durations.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { UsageDimension } from "../../../src/cost/ledger/usage-query.ts";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import { SqliteLedger } from "../../../src/stores/sqlite/ledger.ts";
import { printedSeed } from "../scheduling/seed.ts";
import { countRows } from "./count-rows.ts";
import { CRASH_START_MS, crashRows, startOfLife } from "./crash-rounds.ts";
import { expectBlocksTrue } from "./expect-blocks-true.ts";
import { killLedger } from "./kill-ledger.ts";
import { EVERYTHING } from "./ledger-contract.ts";

const MOST_ROWS = 500;
/** The next transaction is as a rule that of a summing; those after it are of all kinds. */
const TRANSACTION_COUNTS = [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7];
/** The other lives find the file as the one before left it. */
const KILLS_PER_QUESTION = 3;
const GROUPINGS: readonly (readonly UsageDimension[])[] = [
  ["hour"],
  ["day"],
  ["tag"],
  ["tenant"],
  ["model"],
  ["tag", "tenant", "model"],
  ["day", "tag:team", "tenant", "model"],
];
/** Cuts days and hours, so that sums by the hour and single rows are read as well. */
const PART = {
  startWallMs: CRASH_START_MS + 5 * HOUR_MS + 1,
  endWallMs: CRASH_START_MS + DAY_MS + 7 * HOUR_MS + 1,
};

/**
 * Kills a process `kills` times that writes rows, sums and packs them, and expects that no row is lost that it was told
 * is written, that none is there twice, and that blocks and answers are those of the rows.
 */
export async function expectLedgerKeptOverKills(kills: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "headway-ledger-crash-"));
  const path = join(folder, "headway.db");
  const seed = printedSeed("killed ledger");
  const random = seededRandom(seed);
  const rows: LedgerEntry[] = [];
  let blockCount = 0;
  try {
    for (let life = 0; life < kills; life++) {
      const rowCount = 1 + Math.floor(random.next() * MOST_ROWS);
      const transactionCount = TRANSACTION_COUNTS[Math.floor(random.next() * TRANSACTION_COUNTS.length)]!;
      const moment = life % 2 === 0 ? "inside" : "between";
      const writtenCount = await killLedger({ path, life, seed, rowCount, transactionCount, moment });
      const left = lookInto(path);
      const keptCount = left.rows.length - rows.length;
      expect(keptCount).toBeGreaterThanOrEqual(writtenCount);
      rows.push(...crashRows(life, seed, keptCount));
      expect(left.rows).toEqual(rows.map(columnsOf));
      blockCount += left.blockCount;
      if ((life + 1) % KILLS_PER_QUESTION === 0) await expectAnswersTrue(path, life, rows);
    }
    expect(blockCount).toBeGreaterThan(kills);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a process left behind: its rows in the order in which they were written, and blocks, which must be true. */
function lookInto(path: string): { readonly rows: unknown[]; readonly blockCount: number } {
  const database = new DatabaseSync(path);
  try {
    const select = database.prepare("SELECT request_id, wall_ms, total_nano_usd FROM ledger_row ORDER BY id");
    select.setReturnArrays(true);
    return { rows: select.all(), blockCount: expectBlocksTrue(database) };
  } finally {
    database.close();
  }
}

/** A row as {@link lookInto} reads it. */
function columnsOf({ requestId, wallMs, cost }: LedgerEntry): unknown[] {
  return [requestId, wallMs, cost === undefined ? null : Number(cost.totalNanoUsd)];
}

/** Holds a ledger that is opened anew to the rows. */
async function expectAnswersTrue(path: string, life: number, rows: readonly LedgerEntry[]): Promise<void> {
  const clock = new ManualClock({ wallMs: startOfLife(life) });
  const ledger = await SqliteLedger.open({ path, retentionMs: Number.MAX_SAFE_INTEGER, clock });
  try {
    for (const groupBy of GROUPINGS) {
      for (const range of [{}, PART]) {
        const asked = { ...EVERYTHING, ...range, groupBy };
        expect(await ledger.query(asked)).toEqual(countRows(rows, asked));
      }
    }
  } finally {
    await ledger.close();
  }
}
