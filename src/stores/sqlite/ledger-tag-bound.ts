import type { DatabaseSync } from "node:sqlite";
import { DAY_MS } from "../../core/durations.ts";
import { dropBlock } from "./ledger-block.ts";
import { ADD_ON_CONFLICT, SUM_SUM_COLUMNS } from "./ledger-columns.ts";
import { GRAINS } from "./ledger-grain.ts";
import { rollUpTaggedDay } from "./ledger-roll-up.ts";
import { readLedgerState } from "./ledger-state.ts";

/** Sets of tags kept apart for one tenant and model in one day, once the single rows are gone. */
const MOST_TAG_SETS = 1_000;

/**
 * Bounds the tags of the oldest day before `beforeMs` for which that was not done yet: the sets of tags with the most
 * requests stay, the others become part of the sums without tags, so that totals stay exact. Without this, tags that
 * differ from call to call would be kept for ever. Says whether there was such a day.
 */
export function boundTags(database: DatabaseSync, beforeMs: number): boolean {
  const { coarse, tagsBoundedBeforeMs } = readLedgerState(database);
  const day = database
    .prepare(
      "SELECT min(start_ms) AS start FROM ledger_sum WHERE grain = ? AND start_ms >= ? AND start_ms < ?",
    )
    .get(GRAINS.taggedDay.id, Math.max(tagsBoundedBeforeMs, -DAY_MS), beforeMs)?.start;
  if (typeof day !== "number") return false;
  database.exec("CREATE TEMP TABLE surplus (series INTEGER PRIMARY KEY, bare INTEGER)");
  try {
    if (findSurplus(database, day) > 0) {
      mergeSurplus(database, day);
      dropBlock(database, GRAINS.taggedDay, day);
      if (day >= coarse.startMs && day < coarse.endMs) rollUpTaggedDay(database, day);
    }
  } finally {
    database.exec("DROP TABLE surplus");
  }
  database.prepare("UPDATE ledger_state SET tags_bounded_before_ms = ?").run(day + DAY_MS);
  return true;
}

/** Finds the series to give up, and for each the one without tags. */
function findSurplus(database: DatabaseSync, dayMs: number): number {
  database
    .prepare(
      `INSERT INTO surplus SELECT series, NULL FROM (
         SELECT series, row_number() OVER (PARTITION BY tenant, provider, model ORDER BY requests DESC) AS place
         FROM ledger_sum JOIN ledger_series ON id = series
         WHERE grain = ? AND start_ms = ? AND tags <> '{}'
       ) WHERE place > ?`,
    )
    .run(GRAINS.taggedDay.id, dayMs, MOST_TAG_SETS);
  database.exec(
    `INSERT OR IGNORE INTO ledger_series (tenant, provider, model, tags)
     SELECT DISTINCT tenant, provider, model, '{}' FROM ledger_series WHERE id IN (SELECT series FROM surplus)`,
  );
  const { changes } = database
    .prepare(
      `UPDATE surplus SET bare = (
         SELECT bare.id FROM ledger_series own JOIN ledger_series bare
         ON bare.tenant = own.tenant AND bare.provider = own.provider AND bare.model = own.model AND bare.tags = '{}'
         WHERE own.id = surplus.series)`,
    )
    .run();
  return Number(changes);
}

function mergeSurplus(database: DatabaseSync, dayMs: number): void {
  const { id } = GRAINS.taggedDay;
  database
    .prepare(
      `INSERT INTO ledger_sum SELECT grain, start_ms, bare, ${SUM_SUM_COLUMNS}
       FROM ledger_sum JOIN surplus USING (series) WHERE grain = ? AND start_ms = ? GROUP BY bare ${ADD_ON_CONFLICT}`,
    )
    .run(id, dayMs);
  database
    .prepare(
      "DELETE FROM ledger_sum WHERE grain = ? AND start_ms = ? AND series IN (SELECT series FROM surplus)",
    )
    .run(id, dayMs);
  database
    .prepare(
      `DELETE FROM ledger_series WHERE id IN (
         SELECT series FROM surplus EXCEPT SELECT series FROM ledger_sum WHERE grain = ?)`,
    )
    .run(id);
}
