/**
 * The tables of the journal, step by step; see `migrate.ts`.
 *
 * - `journal_batch`: the records of one commit as a JSON array. `at_ms` and `wall_ms` are the same instant on the
 *   monotonic clock of the process that wrote it and on the wall.
 * - `journal_checkpoint`: the state of one account after the batch of that number. `events` are the 64-bit floats of its
 *   ring.
 * - `journal_run`: one row: whether the last process ended in order.
 */
export const JOURNAL_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE journal_batch (
    batch INTEGER PRIMARY KEY,
    at_ms REAL NOT NULL,
    wall_ms REAL NOT NULL,
    records TEXT NOT NULL
  ) STRICT;

  CREATE TABLE journal_checkpoint (
    account TEXT PRIMARY KEY,
    batch INTEGER NOT NULL,
    at_ms REAL NOT NULL,
    wall_ms REAL NOT NULL,
    state TEXT NOT NULL,
    events BLOB NOT NULL
  ) STRICT;

  CREATE TABLE journal_run (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    is_clean INTEGER NOT NULL
  ) STRICT;
  `,
];
