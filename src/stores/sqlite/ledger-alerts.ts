import type { DatabaseSync } from "node:sqlite";
import { fromMoneyJson, toMoneyJson } from "../../core/money-json.ts";
import type { AlertRecord } from "../../cost/alerts/alert-store.ts";

/** All alerts that are kept, the oldest first. Throws what SQLite throws. */
export function loadAlerts(database: DatabaseSync): AlertRecord[] {
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
