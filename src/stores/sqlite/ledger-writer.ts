import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { LedgerInterns } from "./ledger-interns.ts";
import { readLedgerState } from "./ledger-state.ts";
import { readUnsummed, sumRows } from "./ledger-summing.ts";
import { type RowBatch, RowBatchBuilder, RowBatchReader } from "./row-batch.ts";
import { COLUMN, COLUMN_COUNT, type RowValue } from "./row-columns.ts";
import { RowSums } from "./row-sums.ts";
import { transact } from "./transact.ts";

/** By which columns a row is known. */
const KEY_COLUMNS = [
  COLUMN.wallMs,
  COLUMN.series,
  COLUMN.kind,
  COLUMN.deployment,
  COLUMN.totalTokens,
  COLUMN.totalNanoUsd,
  COLUMN.waitedUs,
  COLUMN.latencyUs,
  COLUMN.requestId,
];

/** Writes rows, and later the sums that they belong to: far fewer are written for many rows together. */
export class LedgerWriter {
  readonly #database: DatabaseSync;
  readonly #interns: LedgerInterns;
  readonly #insertRow: StatementSync;
  readonly #findRow: StatementSync;
  readonly #pace: () => void;
  /** All rows that are in no sum yet, added up. Undefined: they must be read from the file. */
  #unsummed: RowSums | undefined;

  /** `pace` is called after each row and sum, within the transaction. */
  constructor(database: DatabaseSync, pace: () => void = () => {}) {
    this.#database = database;
    this.#pace = pace;
    this.#interns = new LedgerInterns(database);
    this.#insertRow = database.prepare(
      `INSERT INTO ledger_row VALUES (NULL, ${Array.from({ length: COLUMN_COUNT }, () => "?").join(", ")})`,
    );
    this.#findRow = database.prepare(
      `SELECT 1 FROM ledger_row WHERE wall_ms = ? AND series = ? AND kind = ? AND deployment = ?
       AND total_tokens IS ? AND total_nano_usd IS ? AND waited_us = ? AND latency_us IS ? AND request_id = ?`,
    );
  }

  /** Adds rows to the group that is being written. Throws what SQLite throws, and then nothing is left of the group. */
  add(batch: RowBatch): void {
    this.#orLeaveNothing(() => {
      if (!this.#database.isTransaction) this.#database.exec("BEGIN IMMEDIATE");
      const rows = new RowBatchReader(batch);
      while (!rows.isAtEnd) {
        this.#insert(this.#readColumns(rows));
        this.#pace();
      }
    });
  }

  /** Ends the group: its rows are kept from now on. Throws what SQLite throws, and then nothing is left of the group. */
  commit(): void {
    if (this.#database.isTransaction) this.#orLeaveNothing(() => this.#database.exec("COMMIT"));
  }

  #orLeaveNothing(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#interns.forget();
      this.#unsummed = undefined;
      throw error;
    }
  }

  /**
   * Adds the rows that are in no sum yet to their sums, at most `mostRows` where they must be read from the file; says
   * how many there were. All or nothing: throws as `sumRows`. Not within a group.
   */
  sum(mostRows: number): number {
    const rows = this.#unsummed ?? readUnsummed(this.#database, mostRows);
    const isAll = this.#unsummed !== undefined || rows.rowCount < mostRows;
    this.#unsummed = undefined;
    transact(this.#database, () => sumRows(this.#database, rows, this.#pace));
    if (isAll) this.#unsummed = new RowSums();
    return rows.rowCount;
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
    const builder = new RowBatchBuilder(1);
    return entries.filter((entry) => {
      if (entry.wallMs < rowsFromMs) return false;
      builder.add(entry);
      const columns = this.#readColumns(new RowBatchReader(builder.take()));
      const found = this.#findRow.get(...KEY_COLUMNS.map((column) => columns[column]!));
      return found === undefined;
    });
  }

  /** To be called when texts or series were deleted. */
  refresh(): void {
    this.#interns.forget();
  }

  /** What the columns of the next row hold. */
  #readColumns(rows: RowBatchReader): RowValue[] {
    return [
      rows.number(),
      this.#interns.series(rows.text()!, rows.text()!, rows.text()!, rows.text()!),
      rows.text(),
      rows.text(),
      rows.text(),
      this.#textId(rows),
      this.#textId(rows),
      ...rows.numbers(7),
      rows.amount(),
      rows.amount(),
      rows.amount(),
      this.#textId(rows),
      ...rows.numbers(7),
      rows.text(),
      rows.text(),
    ];
  }

  #insert(columns: RowValue[]): void {
    const { lastInsertRowid } = this.#insertRow.run(...columns);
    this.#unsummed?.addRow(Number(lastInsertRowid), columns);
  }

  #textId(rows: RowBatchReader): number | null {
    const text = rows.text();
    return text === null ? null : this.#interns.text(text);
  }
}
