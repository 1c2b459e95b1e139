import type { DatabaseSync } from "node:sqlite";

/** Writes all or nothing: throws what `write` or SQLite throws, and then nothing is written. */
export function transact<Value>(database: DatabaseSync, write: () => Value): Value {
  database.exec("BEGIN IMMEDIATE");
  try {
    const value = write();
    database.exec("COMMIT");
    return value;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
