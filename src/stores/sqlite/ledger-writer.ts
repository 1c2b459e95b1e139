import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { tagsText } from "../../cost/ledger/series.ts";
import { TOKEN_FIELDS, UsageSums } from "../../cost/ledger/usage-sums.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { LedgerInterns } from "./ledger-interns.ts";
import { readLedgerState } from "./ledger-state.ts";
import { sumRows } from "./ledger-summing.ts";

const ROW_COLUMN_COUNT = 27;

/** Writes rows, and later the sums that they belong to: far fewer are written for many rows together. */
export class LedgerWriter {
  readonly #database: DatabaseSync;
  readonly #interns: LedgerInterns;
  readonly #insertRow: StatementSync;
  readonly #findRow: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#interns = new LedgerInterns(database);
    this.#insertRow = database.prepare(
      `INSERT INTO ledger_row VALUES (NULL, ${Array.from({ length: ROW_COLUMN_COUNT }, () => "?").join(", ")})`,
    );
    this.#findRow = database.prepare(
      `SELECT 1 FROM ledger_row WHERE wall_ms = ? AND series = ? AND kind = ? AND deployment = ?
       AND request_id = ? AND total_tokens IS ? AND total_nano_usd IS ? AND waited_us = ? AND latency_us IS ?`,
    );
  }

  /** All or nothing: throws what SQLite throws, and then nothing is written. */
  write(entries: readonly LedgerEntry[]): void {
    try {
      this.#transact(() => {
        for (const entry of entries) this.#insertRow.run(...this.#rowValues(entry));
      });
    } catch (error) {
      this.#interns.forget();
      throw error;
    }
  }

  /** As `sumRows`, and all or nothing. */
  sum(mostRows: number): number {
    return this.#transact(() => sumRows(this.#database, mostRows));
  }

  /** Lets go of the next row that is in no sum yet. */
  dropUnsummed(): void {
    this.#database.exec(
      `DELETE FROM ledger_row WHERE id = (
         SELECT min(id) FROM ledger_row WHERE id > (SELECT summed_row_id FROM ledger_state))`,
    );
  }

  /**
   * Those of an earlier process's rows that are not there. A row is known by its request, its times to the microsecond,
   * its tokens and its cost; one that would have been let go of since then is not missing.
   */
  missing(entries: readonly LedgerEntry[]): LedgerEntry[] {
    const { rowsFromMs } = readLedgerState(this.#database);
    return entries.filter((entry) => {
      if (entry.wallMs < rowsFromMs) return false;
      const { tenant, provider, model } = entry;
      const sums = new UsageSums();
      sums.addEntry(entry);
      const found = this.#findRow.get(
        Math.floor(entry.wallMs),
        this.#interns.series(tenant, provider, model, tagsText(entry.tags)),
        entry.kind,
        this.#interns.text(entry.deployment),
        entry.requestId,
        sums.totalTokens ?? null,
        entry.cost?.totalNanoUsd ?? null,
        ...timesOf(entry),
      );
      return found === undefined;
    });
  }

  /** To be called when texts or series were deleted. */
  refresh(): void {
    this.#interns.forget();
  }

  #transact<Value>(write: () => Value): Value {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const value = write();
      this.#database.exec("COMMIT");
      return value;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #rowValues(entry: LedgerEntry): SQLInputValue[] {
    const { tenant, provider, model, usage, cost } = entry;
    const [waitedUs, latencyUs] = timesOf(entry);
    const sums = new UsageSums();
    sums.addEntry(entry);
    return [
      Math.floor(entry.wallMs),
      this.#interns.series(tenant, provider, model, tagsText(entry.tags)),
      entry.kind,
      entry.outcome,
      entry.reason ?? null,
      this.#interns.text(entry.taskType),
      this.#interns.text(entry.deployment),
      ...TOKEN_FIELDS.map((field) => sums[field] ?? null),
      Number(usage?.estimated ?? false),
      cost?.inputNanoUsd ?? null,
      cost?.outputNanoUsd ?? null,
      cost?.totalNanoUsd ?? null,
      cost === undefined ? null : this.#interns.text(cost.priceSource),
      Math.round(entry.reservedTokens),
      waitedUs,
      Number(entry.isRateLimitWait),
      latencyUs,
      Number(entry.isFallback),
      Number(entry.isRateLimitFallback),
      Number(entry.isLast),
      entry.requestId,
      entry.traceId,
    ];
  }
}

/** Wait and latency in microseconds. */
function timesOf({ waitedMs, latencyMs }: LedgerEntry): [number, number | null] {
  return [Math.ceil(waitedMs * 1000), latencyMs === undefined ? null : Math.round(latencyMs * 1000)];
}
