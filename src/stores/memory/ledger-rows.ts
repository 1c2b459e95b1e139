import type { TimeRange } from "../../cost/ledger/plan-ranges.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";

/** The newest rows of a ledger. */
export class LedgerRows {
  readonly #capacity: number;
  readonly #rows: LedgerEntry[] = [];
  #oldest = 0;
  #rowsFromMs = Number.NEGATIVE_INFINITY;

  /** Keeps the last `capacity` rows. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** All rows that ended at or after this wall time are kept. */
  get rowsFromMs(): number {
    return this.#rowsFromMs;
  }

  add(entry: LedgerEntry): void {
    if (this.#rows.length < this.#capacity) {
      this.#rows.push(entry);
      return;
    }
    this.#rowsFromMs = Math.max(this.#rowsFromMs, this.#rows[this.#oldest]!.wallMs + 1);
    this.#rows[this.#oldest] = entry;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
  }

  /** The kept rows that ended in a range, in no particular order. */
  within({ startMs, endMs }: TimeRange): LedgerEntry[] {
    return this.#rows.filter(({ wallMs }) => wallMs >= startMs && wallMs < endMs);
  }
}
