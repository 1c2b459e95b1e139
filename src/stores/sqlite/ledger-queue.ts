import type { LedgerEntry } from "../../cost/ledger.ts";
import { isDataProblem } from "./explain-problem.ts";
import type { LedgerWriter } from "./ledger-writer.ts";
import { halvesOf, type RowBatch, rowCountOf, rowsOfBatch } from "./row-batch.ts";

/** Who is told what becomes of rows. */
export interface LedgerQueueListener {
  /** Rows that are kept now, and rows whose values SQLite does not take. */
  written(keptCount: number, lostCount: number): void;
  /** Nothing can be written now. */
  failed(error: unknown): void;
}

/** Batches on their way into the file: written as groups, and again one by one where a group fails. */
export class LedgerQueue {
  readonly #writer: LedgerWriter;
  readonly #listener: LedgerQueueListener;
  /** Batches that are not kept yet, the oldest first. */
  readonly #unwritten: RowBatch[] = [];
  /** How many of them are in the group that is being written. The others could not be written. */
  #groupLength = 0;

  constructor(writer: LedgerWriter, listener: LedgerQueueListener) {
    this.#writer = writer;
    this.#listener = listener;
  }

  /** Rows that are not kept yet. */
  entries(): LedgerEntry[] {
    return this.#unwritten.flatMap((rows) => [...rowsOfBatch(rows)]);
  }

  /** Writes rows into the group, unless older ones wait for being tried again. */
  add(rows: RowBatch): void {
    const isNext = this.#unwritten.length === this.#groupLength;
    this.#unwritten.push(rows);
    if (!isNext) return;
    try {
      this.#writer.add(rows);
      this.#groupLength++;
    } catch (error) {
      this.#leaveGroup(error);
    }
  }

  /** Ends the group. */
  commit(): void {
    if (this.#groupLength === 0) return;
    try {
      this.#writer.commit();
    } catch (error) {
      this.#leaveGroup(error);
      return;
    }
    const written = this.#unwritten.splice(0, this.#groupLength);
    this.#groupLength = 0;
    this.#listener.written(
      written.reduce((count, rows) => count + rowCountOf(rows), 0),
      0,
    );
  }

  /** Writes each batch by itself; says whether nothing is left to be written. Not within a group. */
  writeAll(): boolean {
    while (this.#unwritten.length > 0) {
      const rows = this.#unwritten[0]!;
      try {
        this.#writer.add(rows);
        this.#writer.commit();
      } catch (error) {
        if (isDataProblem(error)) {
          this.#setAside(rows);
          continue;
        }
        this.#listener.failed(error);
        return false;
      }
      this.#unwritten.shift();
      this.#listener.written(rowCountOf(rows), 0);
    }
    return true;
  }

  /** Nothing is left of the group in the file. */
  #leaveGroup(error: unknown): void {
    this.#groupLength = 0;
    if (isDataProblem(error)) this.writeAll();
    else this.#listener.failed(error);
  }

  /** Halves a batch until the row is found whose values SQLite does not take, so that one costs no other. */
  #setAside(rows: RowBatch): void {
    this.#unwritten.shift();
    const halves = halvesOf(rows);
    if (halves === undefined) this.#listener.written(0, 1);
    else this.#unwritten.unshift(...halves);
  }
}
