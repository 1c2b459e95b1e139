import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { Journal, JournalState } from "../../tracker/journal.ts";
import { explainProblem } from "./explain-problem.ts";
import { holdLock } from "./hold-lock.ts";
import { SqliteJournal } from "./journal.ts";
import { JOURNAL_MIGRATIONS } from "./journal-migrations.ts";
import { LogCopier } from "./log-copier.ts";
import { openComponent } from "./open-component.ts";
import { readJournal } from "./read-journal.ts";
import { StoreOpenError } from "./store-open-error.ts";

/** Pages in the log from which a commit copies them into the file itself; the copier does so long before. */
const EMERGENCY_COPY_PAGES = 25_000;

/** The file that keeps the journal. */
export interface SqliteStore {
  readonly journal: Journal;
  /** What the process before left behind. */
  readonly restored: JournalState;
  /** Keeps everything, says that the end was in order, and frees the file. */
  close(): void;
}

export interface SqliteStoreOptions {
  /** Of the file; it and its folder are made where they do not exist. Beside it `path.lock` is held. */
  readonly path: string;
  readonly clock: Clock;
  /**
   * Told why nothing can be written. What waits is written as soon as that is possible again; a crash until then loses
   * more than what is made up for at the next start.
   */
  readonly onProblem: (explanation: string) => void;
  /** Told that it is written again. */
  readonly onRecovered: () => void;
  /** Told why its log cannot be copied into the file: nothing is lost, but the log grows. */
  readonly onLogProblem: (explanation: string) => void;
}

/**
 * Opens the journal's file for this process alone. A file of its own is best: committing never waits then for another
 * connection that is writing.
 * @throws {StoreOpenError}
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { path, clock, onProblem, onRecovered, onLogProblem } = options;
  const opened: { close(): void }[] = [];
  const close = (): void => {
    for (const part of opened.splice(0).reverse()) part.close();
  };
  let file = `${path}.lock`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    opened.push(holdLock(file));
    file = path;
    const database = openComponent(path, "journal", JOURNAL_MIGRATIONS);
    opened.push(database);
    database.exec(`PRAGMA wal_autocheckpoint = ${EMERGENCY_COPY_PAGES}`);
    const restored = readJournal(database, { atMs: clock.monotonicMs(), wallMs: clock.wallMs() });
    const onError = (error: unknown): void => onProblem(explainProblem(path, error));
    const copier = new LogCopier({ path, clock, onProblem: onLogProblem });
    opened.push(copier);
    const onCommit = (): void => copier.noteCommit();
    const journal = new SqliteJournal({ database, clock, onCommit, onError, onRecovered });
    opened.push(journal);
    return { journal, restored, close };
  } catch (error) {
    close();
    const message =
      error instanceof SyntaxError
        ? `${path}: its records are damaged. Restore it from a backup, or move it away to start with an empty one.`
        : explainProblem(file, error);
    throw new StoreOpenError(message, { cause: error });
  }
}
