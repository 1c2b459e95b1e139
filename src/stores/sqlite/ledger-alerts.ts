import type { DatabaseSync } from "node:sqlite";
import { MINUTE_MS } from "../../core/durations.ts";
import { fromMoneyJson, toMoneyJson } from "../../core/money-json.ts";
import type { AlertHistory, AlertRecord } from "../../cost/alerts/alert-store.ts";
import type { EndedCalls } from "../../cost/alerts/recent-calls.ts";

/** What alerts are raised and sent from after a restart. Throws what SQLite throws. */
export function loadAlerts(database: DatabaseSync, callsSinceWallMs: number): AlertHistory {
  return { records: loadRecords(database), calls: loadCalls(database, callsSinceWallMs) };
}

function loadCalls(database: DatabaseSync, sinceWallMs: number): EndedCalls[] {
  const rows = database.prepare(
    `SELECT s.provider, r.kind, r.outcome, r.reason, min(r.wall_ms) AS wall_ms, count(*) AS count
     FROM ledger_row r JOIN ledger_series s ON s.id = r.series
     WHERE r.wall_ms >= ? GROUP BY r.wall_ms / ?, s.provider, r.kind, r.outcome, r.reason ORDER BY wall_ms`,
  );
  return rows.all(Math.floor(sinceWallMs), MINUTE_MS).map((row) => ({
    provider: String(row.provider),
    kind: row.kind as EndedCalls["kind"],
    outcome: row.outcome as EndedCalls["outcome"],
    reason: (row.reason ?? undefined) as EndedCalls["reason"],
    wallMs: Number(row.wall_ms),
    count: Number(row.count),
  }));
}

function loadRecords(database: DatabaseSync): AlertRecord[] {
  const rows = database.prepare("SELECT record FROM ledger_alert ORDER BY wall_ms, rowid").all();
  return rows.map(({ record }) => fromMoneyJson(String(record)) as AlertRecord);
}

/** Keeps an alert in the place of the one with the same key. Throws what SQLite throws. */
export function saveAlert(database: DatabaseSync, record: AlertRecord): void {
  const { key, wallMs } = record.alert;
  database
    .prepare(
      `INSERT INTO ledger_alert VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET wall_ms = excluded.wall_ms, record = excluded.record`,
    )
    .run(key, Math.floor(wallMs), toMoneyJson(record));
}

/** Lets go of alerts by their keys. Throws what SQLite throws. */
export function forgetAlerts(database: DatabaseSync, keys: readonly string[]): void {
  const statement = database.prepare("DELETE FROM ledger_alert WHERE key = ?");
  for (const key of keys) statement.run(key);
}
