import type { DatabaseSync } from "node:sqlite";
import { DAY_MS, HOUR_MS } from "../../core/durations.ts";
import { startOfUnit } from "../../cost/ledger/plan-ranges.ts";
import { ADD_ON_CONFLICT, SUM_SUM_COLUMNS } from "./ledger-columns.ts";
import { COARSE_LEVELS, type CoarseLevel, GRAINS } from "./ledger-grain.ts";
import { readLedgerState } from "./ledger-state.ts";

/** Before every wall time, and exact as a double. */
const BEGINNING_MS = -(2 ** 53);

/**
 * Makes the coarse sums of the next hour that is over and has rows; says whether there may be more to do. One bounded
 * step, in the transaction of the caller. Rows that come later for such an hour are added to its coarse sums as well.
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
  for (const level of COARSE_LEVELS) {
    if (!level.isTagged) continue;
    remove.run(level.day.id, dayMs);
    addSums(database, level, { from: GRAINS.taggedDay.id, fromMs: dayMs, to: level.day.id, toMs: dayMs });
  }
}

function setCoarse(database: DatabaseSync, startMs: number, endMs: number): void {
  database.prepare("UPDATE ledger_state SET coarse_from_ms = ?, coarse_until_ms = ?").run(startMs, endMs);
}

function addHour(database: DatabaseSync, level: CoarseLevel, hourMs: number): void {
  const { id: from } = level.isTagged ? GRAINS.taggedHour : GRAINS.hour;
  const { hour, day } = level;
  addSums(database, level, { from, fromMs: hourMs, to: hour.id, toMs: hourMs });
  addSums(database, level, { from: hour.id, fromMs: hourMs, to: day.id, toMs: startOfUnit(hourMs, DAY_MS) });
}

/** Adds sums of one grain to those of a coarser one. */
function addSums(
  database: DatabaseSync,
  { hasTenant, hasModel, isTagged }: CoarseLevel,
  { from, fromMs, to, toMs }: { from: number; fromMs: number; to: number; toMs: number },
): void {
  const key = {
    tenant: hasTenant ? "own.tenant" : "''",
    provider: hasModel ? "own.provider" : "''",
    model: hasModel ? "own.model" : "''",
    tags: isTagged ? "own.tags" : "''",
  };
  const source = "FROM ledger_sum JOIN ledger_series own ON own.id = ledger_sum.series";
  database
    .prepare(
      `INSERT OR IGNORE INTO ledger_series (tenant, provider, model, tags)
       SELECT DISTINCT ${key.tenant}, ${key.provider}, ${key.model}, ${key.tags} ${source}
       WHERE grain = ? AND start_ms = ?`,
    )
    .run(from, fromMs);
  database
    .prepare(
      `INSERT INTO ledger_sum SELECT ?, ?, coarse.id, ${SUM_SUM_COLUMNS} ${source}
       JOIN ledger_series coarse ON coarse.tenant = ${key.tenant} AND coarse.provider = ${key.provider}
         AND coarse.model = ${key.model} AND coarse.tags = ${key.tags}
       WHERE grain = ? AND start_ms = ? GROUP BY coarse.id ${ADD_ON_CONFLICT}`,
    )
    .run(to, toMs, from, fromMs);
}
