import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Most ids remembered; above it all are forgotten and read anew. */
const MOST_REMEMBERED = 50_000;

/** Tags of a series that stands for rows with any tags. */
export const ANY_TAGS = "";

/** Ids of texts and series, which are made when they are first met. */
export class LedgerInterns {
  readonly #findText: StatementSync;
  readonly #addText: StatementSync;
  readonly #findSeries: StatementSync;
  readonly #addSeries: StatementSync;
  readonly #texts = new Map<string, number>();
  readonly #series = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#findText = database.prepare("SELECT id FROM ledger_text WHERE text = ?");
    this.#addText = database.prepare("INSERT INTO ledger_text (text) VALUES (?)");
    this.#findSeries = database.prepare(
      "SELECT id FROM ledger_series WHERE tenant = ? AND provider = ? AND model = ? AND tags = ?",
    );
    this.#addSeries = database.prepare(
      "INSERT INTO ledger_series (tenant, provider, model, tags) VALUES (?, ?, ?, ?)",
    );
  }

  text(text: string): number {
    return this.#id(this.#texts, text, this.#findText, this.#addText, [text]);
  }

  /** A series, which is there with any tags, too. */
  series(tenant: string, provider: string, model: string, tags: string): number {
    const key = JSON.stringify([tenant, provider, model, tags]);
    const remembered = this.#series.get(key);
    if (remembered !== undefined) return remembered;
    if (tags !== ANY_TAGS) this.series(tenant, provider, model, ANY_TAGS);
    return this.#id(this.#series, key, this.#findSeries, this.#addSeries, [tenant, provider, model, tags]);
  }

  /** Forgets everything: ids that were made in a transaction which was rolled back do not exist. */
  forget(): void {
    this.#texts.clear();
    this.#series.clear();
  }

  #id(
    known: Map<string, number>,
    key: string,
    find: StatementSync,
    add: StatementSync,
    values: readonly string[],
  ): number {
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const id = Number(find.get(...values)?.id ?? add.run(...values).lastInsertRowid);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(key, id);
    return id;
  }
}
