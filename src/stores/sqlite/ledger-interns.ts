import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Most ids remembered; above it all are forgotten and read anew. */
const MOST_REMEMBERED = 50_000;

/** Tags of a series that stands for rows with any tags. */
export const ANY_TAGS = "";

type IdTree = Map<string, Map<string, Map<string, Map<string, number>>>>;

/** Ids of texts and series, which are made when they are first met. */
export class LedgerInterns {
  readonly #findText: StatementSync;
  readonly #addText: StatementSync;
  readonly #findSeries: StatementSync;
  readonly #addSeries: StatementSync;
  readonly #texts = new Map<string, number>();
  /** By tenant, provider, model and tags: one map in another is faster than a key made of all four. */
  readonly #series: IdTree = new Map();
  #seriesCount = 0;

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
    let id = this.#texts.get(text);
    if (id === undefined) {
      id = idOf(this.#findText, this.#addText, [text]);
      if (this.#texts.size >= MOST_REMEMBERED) this.#texts.clear();
      this.#texts.set(text, id);
    }
    return id;
  }

  /** A series, which is there with any tags, too. */
  series(tenant: string, provider: string, model: string, tags: string): number {
    const known = this.#series.get(tenant)?.get(provider)?.get(model)?.get(tags);
    if (known !== undefined) return known;
    if (tags !== ANY_TAGS) this.series(tenant, provider, model, ANY_TAGS);
    const id = idOf(this.#findSeries, this.#addSeries, [tenant, provider, model, tags]);
    if (this.#seriesCount >= MOST_REMEMBERED) this.#forgetSeries();
    const models = branch(branch(this.#series, tenant), provider);
    branch(models, model).set(tags, id);
    this.#seriesCount++;
    return id;
  }

  /** Forgets everything: ids that were made in a transaction which was rolled back do not exist. */
  forget(): void {
    this.#texts.clear();
    this.#forgetSeries();
  }

  #forgetSeries(): void {
    this.#series.clear();
    this.#seriesCount = 0;
  }
}

function idOf(find: StatementSync, add: StatementSync, values: readonly string[]): number {
  return Number(find.get(...values)?.id ?? add.run(...values).lastInsertRowid);
}

function branch<Branch>(tree: Map<string, Map<string, Branch>>, key: string): Map<string, Branch> {
  let found = tree.get(key);
  if (found === undefined) {
    found = new Map();
    tree.set(key, found);
  }
  return found;
}
