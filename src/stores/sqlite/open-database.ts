import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** How long a statement waits for another process that writes. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens a database file for writing, and makes it and its folder where they do not exist. Commits outlive the process
 * at once, and a power cut up to the last checkpoint; the file itself stays sound in either case. Throws what SQLite
 * or the file system throws.
 */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = 67108864;
    `);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
