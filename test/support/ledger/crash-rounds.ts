import { DAY_MS, HOUR_MS } from "../../../src/core/durations.ts";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import { randomEntry } from "./make-entry.ts";

/** When the first life begins. */
export const CRASH_START_MS = Date.UTC(2024, 1, 28);
/** How much later each life begins than the one before it. */
const LIFE_MS = 6 * HOUR_MS;
/** From one step of the ledger's upkeep to the next. */
const STEP_MS = 100;
const ROUNDS_PER_HOUR = 2;
const ROWS_PER_ROUND = 40;
const ROUNDS_PER_LATE_ONE = 3;
const LATE_ROWS = 5;

/** What a process does next: lets time go by, then records rows. */
export interface CrashRound {
  readonly passingMs: number;
  readonly rows: readonly LedgerEntry[];
}

/** When a life begins. */
export function startOfLife(life: number): number {
  return CRASH_START_MS + life * LIFE_MS;
}

/**
 * What a process does in one of its lives, the same whenever it is asked for: rows of the hour that it is, and in some
 * rounds rows of an earlier hour. A row's request says which of the life's rows it is.
 */
export function* crashRounds(life: number, seed: number): Generator<CrashRound> {
  const random = seededRandom(seed + life);
  let nowMs = startOfLife(life);
  let count = 0;
  for (let round = 1; ; round++) {
    const passingMs = round % ROUNDS_PER_HOUR === 0 ? HOUR_MS : STEP_MS;
    nowMs += passingMs;
    const rows = rowsAround(nowMs, ROWS_PER_ROUND, random);
    if (round % ROUNDS_PER_LATE_ONE === 0) {
      const lateMs = nowMs - random.next() * Math.min(2 * DAY_MS, nowMs - CRASH_START_MS);
      rows.push(...rowsAround(lateMs, LATE_ROWS, random));
    }
    yield { passingMs, rows: rows.map((row) => rowOfLife(row, life, count++)) };
  }
}

/** The first rows of a life. */
export function crashRows(life: number, seed: number, count: number): LedgerEntry[] {
  const rows: LedgerEntry[] = [];
  for (const round of crashRounds(life, seed)) {
    if (rows.length >= count) break;
    rows.push(...round.rows);
  }
  return rows.slice(0, count);
}

function rowsAround(wallMs: number, count: number, random: Random): LedgerEntry[] {
  const hourMs = Math.floor(wallMs / HOUR_MS) * HOUR_MS;
  return Array.from({ length: count }, () => randomEntry(random, hourMs, hourMs + HOUR_MS));
}

/** Of what a random row costs a thousandth: its sums over many lives must not be more than SQLite holds. */
function rowOfLife(row: LedgerEntry, life: number, index: number): LedgerEntry {
  const requestId = `req_${life}_${index}`;
  if (row.cost === undefined) return { ...row, requestId };
  const inputNanoUsd = row.cost.inputNanoUsd / 1_000n;
  const totalNanoUsd = inputNanoUsd + row.cost.outputNanoUsd;
  return { ...row, requestId, cost: { ...row.cost, inputNanoUsd, totalNanoUsd } };
}
