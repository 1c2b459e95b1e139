import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** How long a statement waits for another process that writes. */
const BUSY_TIMEOUT_MS = 5_000;

/** The file has lost all that was in it. For SQLite it would be a new, empty database. */
export class EmptyFileError extends Error {
  override readonly name = "EmptyFileError";
}

/**
 * Opens a database file for writing, and makes it and its folder where they do not exist. Commits outlive the process
 * at once, and a power cut up to the last checkpoint; the file itself stays sound in either case. Throws what SQLite
 * or the file system throws, and {@link EmptyFileError}.
 */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const marker = noteNewFile(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = 67108864;
    `);
    rmSync(marker, { force: true });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A file has 0 bytes for a moment when it is made, and never again. So a marker lies beside it from before it is there
 * until it has its first page; an empty file without one was cut. Returns the marker's path.
 */
function noteNewFile(path: string): string {
  const marker = `${path}.new`;
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) writeFileSync(marker, "");
  else if (file.isFile() && file.size === 0 && !existsSync(marker)) throw new EmptyFileError("0 bytes");
  return marker;
}
