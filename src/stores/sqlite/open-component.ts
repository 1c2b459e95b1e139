import type { DatabaseSync } from "node:sqlite";
import { migrate } from "./migrate.ts";
import { openDatabase } from "./open-database.ts";

/**
 * Opens a database file for the tables of one component: they are there, of the newest version, and can be written.
 * Throws what SQLite, the file system or `migrate.ts` throws, and leaves nothing open then.
 */
export function openComponent(path: string, component: string, migrations: readonly string[]): DatabaseSync {
  const database = openDatabase(path);
  try {
    migrate(database, component, migrations);
    checkWritable(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A file that may only be read opens without complaint; only a write shows it. Throws what SQLite throws. */
export function checkWritable(database: DatabaseSync): void {
  database.exec("UPDATE schema_version SET version = version");
}
