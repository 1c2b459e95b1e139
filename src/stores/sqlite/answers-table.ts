import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AnswerBounds } from "../../completion/cache/answer-store.ts";

/** The table of the answers; `used` is a number that grows with each use. See `migrate.ts`. */
export const ANSWERS_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE answer (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    expires_ms INTEGER NOT NULL,
    used INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX answer_used ON answer (used);
  CREATE INDEX answer_expires_ms ON answer (expires_ms);
  `,
];

/** More than one, so that what has expired is gone some time after nothing expires any more. */
const EXPIRED_PER_PUT = 10;

/** Answers in a table, within bounds. Throws what SQLite throws. */
export class AnswersTable {
  readonly #bounds: AnswerBounds;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #sizeOf: StatementSync;
  readonly #deleteExpired: StatementSync;
  readonly #deleteOldest: StatementSync;
  #count: number;
  #bytes: number;
  #used: number;

  constructor(database: DatabaseSync, bounds: AnswerBounds) {
    this.#bounds = bounds;
    const size = "length(key) + length(value)";
    const sums = database
      .prepare(`SELECT count(*) AS count, total(${size}) AS bytes, ifnull(max(used), 0) AS used FROM answer`)
      .get()!;
    this.#count = Number(sums.count);
    this.#bytes = Number(sums.bytes);
    this.#used = Number(sums.used);
    this.#get = database.prepare(
      "UPDATE answer SET used = ? WHERE key = ? AND expires_ms > ? RETURNING value",
    );
    this.#put = database.prepare("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)");
    this.#sizeOf = database.prepare(`SELECT ${size} AS bytes FROM answer WHERE key = ?`);
    this.#deleteExpired = database.prepare(
      `DELETE FROM answer WHERE key IN
         (SELECT key FROM answer WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ${EXPIRED_PER_PUT})
       RETURNING ${size} AS bytes`,
    );
    this.#deleteOldest = database.prepare(
      `DELETE FROM answer WHERE used = (SELECT min(used) FROM answer) RETURNING ${size} AS bytes`,
    );
    this.#keepBounds();
  }

  get(key: string, nowWallMs: number): Uint8Array | undefined {
    const row = this.#get.get(this.#used + 1, key, nowWallMs);
    if (row === undefined) return undefined;
    this.#used++;
    return row.value as Uint8Array;
  }

  put(key: string, value: Uint8Array, expiresWallMs: number, nowWallMs: number): void {
    this.#forget(this.#deleteExpired.all(nowWallMs));
    const bytes = Buffer.byteLength(key) + value.byteLength;
    if (bytes > this.#bounds.maxBytes) return;
    const before = this.#sizeOf.all(key);
    this.#put.run(key, value, expiresWallMs, ++this.#used);
    this.#forget(before);
    this.#count++;
    this.#bytes += bytes;
    this.#keepBounds();
  }

  #keepBounds(): void {
    const { maxBytes, maxEntryCount } = this.#bounds;
    while (this.#count > maxEntryCount || this.#bytes > maxBytes) {
      const deleted = this.#deleteOldest.all();
      if (deleted.length === 0) return;
      this.#forget(deleted);
    }
  }

  #forget(rows: readonly Record<string, unknown>[]): void {
    this.#count -= rows.length;
    for (const { bytes } of rows) this.#bytes -= Number(bytes);
  }
}
