import { DatabaseSync } from "node:sqlite";

/**
 * Holds an exclusive lock on `path`, an empty file of its own, until it is closed. The system frees it when the process
 * ends, however it ends. Throws what SQLite throws when another process holds it.
 */
export function holdLock(path: string): { close(): void } {
  const lock = new DatabaseSync(path);
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}
