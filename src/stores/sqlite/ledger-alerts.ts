import type { DatabaseSync } from "node:sqlite";
import type { AlertRecord } from "../../cost/alerts/alert-store.ts";

/** Alerts kept; older ones are forgotten. */
const MOST_ALERTS = 1_000;

/** The newest alerts, the oldest first; none when they cannot be read. */
export function loadAlerts(database: DatabaseSync): AlertRecord[] {
  try {
    const rows = database
      .prepare("SELECT record FROM ledger_alert ORDER BY wall_ms DESC, rowid DESC LIMIT ?")
      .all(MOST_ALERTS);
    return rows.map(({ record }) => JSON.parse(String(record), readMoney)).reverse();
  } catch {
    return [];
  }
}

/** Keeps an alert in the place of the one with the same key, and forgets the oldest. Throws what SQLite throws. */
export function saveAlert(database: DatabaseSync, record: AlertRecord): void {
  const { key, wallMs } = record.alert;
  database
    .prepare(
      `INSERT INTO ledger_alert VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET wall_ms = excluded.wall_ms, record = excluded.record`,
    )
    .run(key, Math.floor(wallMs), JSON.stringify(record, writeMoney));
  database
    .prepare(
      "DELETE FROM ledger_alert WHERE rowid IN (SELECT rowid FROM ledger_alert ORDER BY wall_ms DESC, rowid DESC LIMIT -1 OFFSET ?)",
    )
    .run(MOST_ALERTS);
}

function writeMoney(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function readMoney(key: string, value: unknown): unknown {
  return key.endsWith("NanoUsd") ? BigInt(String(value)) : value;
}
