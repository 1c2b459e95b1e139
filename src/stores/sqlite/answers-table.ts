import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AnswerBounds, AnswerToKeep } from "../../completion/cache/answer-store.ts";
import { Holdings } from "../../completion/cache/holdings.ts";

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
  `
  ALTER TABLE answer ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
  DROP INDEX answer_used;
  CREATE INDEX answer_tenant_used ON answer (tenant, used);
  `,
];

/** More than one, so that what has expired is gone some time after nothing expires any more. */
const EXPIRED_PER_PUT = 10;

/** Answers in a table, within bounds. Throws what SQLite throws. */
export class AnswersTable {
  readonly #bounds: AnswerBounds;
  readonly #holdings: Holdings;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteExpired: StatementSync;
  readonly #deleteOldest: StatementSync;
  #used: number;

  constructor(database: DatabaseSync, bounds: AnswerBounds) {
    this.#bounds = bounds;
    this.#holdings = new Holdings(bounds);
    const size = "length(key) + length(value)";
    for (const row of database
      .prepare(`SELECT tenant, count(*) AS count, sum(${size}) AS bytes FROM answer GROUP BY tenant`)
      .all()) {
      this.#holdings.add(String(row.tenant), { entryCount: Number(row.count), bytes: Number(row.bytes) });
    }
    this.#used = Number(database.prepare("SELECT ifnull(max(used), 0) AS used FROM answer").get()!.used);
    this.#get = database.prepare(
      "UPDATE answer SET used = ? WHERE key = ? AND expires_ms > ? RETURNING value",
    );
    this.#put = database.prepare(
      "INSERT INTO answer (key, tenant, value, expires_ms, used) VALUES (?, ?, ?, ?, ?)",
    );
    const deleting = (which: string): StatementSync =>
      database.prepare(`DELETE FROM answer WHERE ${which} RETURNING tenant, ${size} AS bytes`);
    this.#delete = deleting("key = ?");
    this.#deleteExpired = deleting(
      `key IN (SELECT key FROM answer WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ${EXPIRED_PER_PUT})`,
    );
    this.#deleteOldest = deleting("key = (SELECT key FROM answer WHERE tenant = ? ORDER BY used LIMIT 1)");
    this.#keepBounds();
  }

  get(key: string, nowWallMs: number): Uint8Array | undefined {
    const row = this.#get.get(this.#used + 1, key, nowWallMs);
    if (row === undefined) return undefined;
    this.#used++;
    return row.value as Uint8Array;
  }

  put({ key, tenant, value, expiresWallMs }: AnswerToKeep, nowWallMs: number): void {
    this.#forget(this.#deleteExpired.all(nowWallMs));
    const bytes = Buffer.byteLength(key) + value.byteLength;
    if (bytes > this.#bounds.maxBytes) return;
    this.#forget(this.#delete.all(key));
    this.#put.run(key, tenant, value, expiresWallMs, ++this.#used);
    this.#holdings.add(tenant, { entryCount: 1, bytes });
    this.#keepBounds();
  }

  #keepBounds(): void {
    for (;;) {
      const fullest = this.#holdings.fullest();
      if (fullest === undefined) return;
      this.#forget(this.#deleteOldest.all(fullest));
    }
  }

  #forget(rows: readonly Record<string, unknown>[]): void {
    for (const { tenant, bytes } of rows) {
      this.#holdings.add(String(tenant), { entryCount: -1, bytes: -Number(bytes) });
    }
  }
}
