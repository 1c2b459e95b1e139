import type { DatabaseSync } from "node:sqlite";
import { DAY_MS, HOUR_MS } from "../../core/durations.ts";
import { startOfUnit, type TimeRange } from "../../cost/ledger/plan-ranges.ts";
import { ADD_ON_CONFLICT, SUM_SUM_COLUMNS } from "./ledger-columns.ts";
import { COARSE_LEVELS, GRAINS, type LedgerGrain, type SumLevel } from "./ledger-grain.ts";
import { readLedgerState } from "./ledger-state.ts";

/** Before every wall time, and exact as a double. */
const BEGINNING_MS = -(2 ** 53);

/**
 * Makes the coarse sums of the next hour that is over and has rows; says whether there may be more to do. One bounded
 * step, in the transaction of the caller, when all rows are in the fine sums. Rows that come later for such an hour are
 * added to its coarse sums as well.
 */
export function rollUpHour(database: DatabaseSync, nowMs: number): boolean {
  const { coarse, taggedHoursFromMs } = readLedgerState(database);
  const { startMs, endMs } = coarse;
  const hasBegun = Number.isFinite(startMs);
  const untilMs = startOfUnit(nowMs, HOUR_MS);
  const next = database
    .prepare(
      "SELECT min(start_ms) AS start FROM ledger_sum WHERE grain = ? AND start_ms >= ? AND start_ms < ?",
    )
    .get(GRAINS.taggedHour.id, Math.max(hasBegun ? endMs : taggedHoursFromMs, BEGINNING_MS), untilMs)?.start;
  if (typeof next !== "number") {
    // With nothing there yet, the first row decides where they begin.
    if (hasBegun && endMs < untilMs) setCoarse(database, startMs, untilMs);
    return false;
  }
  for (const level of COARSE_LEVELS) addHour(database, level, next);
  setCoarse(database, hasBegun ? startMs : startOfUnit(next, DAY_MS), next + HOUR_MS);
  return true;
}

/** Makes the coarse tagged sums of a day anew, since those that they are made of have changed. */
export function rollUpTaggedDay(database: DatabaseSync, dayMs: number): void {
  const remove = database.prepare("DELETE FROM ledger_sum WHERE grain = ? AND start_ms = ?");
  const range = { startMs: dayMs, endMs: dayMs + DAY_MS };
  for (const level of COARSE_LEVELS) {
    if (!level.isTagged) continue;
    remove.run(level.day.id, dayMs);
    addSums(database, level, { table: "ledger_sum", from: GRAINS.taggedDay, range, to: level.day });
  }
}

function setCoarse(database: DatabaseSync, startMs: number, endMs: number): void {
  database.prepare("UPDATE ledger_state SET coarse_from_ms = ?, coarse_until_ms = ?").run(startMs, endMs);
}

function addHour(database: DatabaseSync, level: SumLevel, hourMs: number): void {
  const from = level.isTagged ? GRAINS.taggedHour : GRAINS.hour;
  const range = { startMs: hourMs, endMs: hourMs + HOUR_MS };
  addSums(database, level, { table: "ledger_sum", from, range, to: level.hour });
  addSums(database, level, { table: "ledger_sum", from: level.hour, range, to: level.day });
}

/**
 * Adds sums of a range to those of a level in which no more is told apart. `added`: sums that are in no other yet, in
 * the same columns as `ledger_sum`.
 */
export function addSums(
  database: DatabaseSync,
  { hasTenant, hasModel, isTagged }: SumLevel,
  adding: {
    readonly table: "ledger_sum" | "added";
    readonly from: LedgerGrain;
    readonly range: TimeRange;
    readonly to: LedgerGrain;
  },
): void {
  const { table, from, range, to } = adding;
  const key = {
    tenant: hasTenant ? "own.tenant" : "''",
    provider: hasModel ? "own.provider" : "''",
    model: hasModel ? "own.model" : "''",
    tags: isTagged ? "own.tags" : "''",
  };
  const source = `FROM ${table} JOIN ledger_series own ON own.id = ${table}.series`;
  const where = "WHERE grain = ? AND start_ms >= ? AND start_ms < ?";
  database
    .prepare(
      `INSERT OR IGNORE INTO ledger_series (tenant, provider, model, tags)
       SELECT DISTINCT ${key.tenant}, ${key.provider}, ${key.model}, ${key.tags} ${source} ${where}`,
    )
    .run(from.id, range.startMs, range.endMs);
  database
    .prepare(
      `INSERT INTO ledger_sum
       SELECT ?, start_ms / ${to.unitMs} * ${to.unitMs} AS unit_ms, target.id, ${SUM_SUM_COLUMNS} ${source}
       JOIN ledger_series target ON target.tenant = ${key.tenant} AND target.provider = ${key.provider}
         AND target.model = ${key.model} AND target.tags = ${key.tags}
       ${where} GROUP BY unit_ms, target.id ${ADD_ON_CONFLICT}`,
    )
    .run(to.id, from.id, range.startMs, range.endMs);
}
