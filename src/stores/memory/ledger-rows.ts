import type { TimeRange } from "../../cost/ledger/plan-ranges.ts";
import type { Series } from "../../cost/ledger/series.ts";
import { COUNT_FIELDS, MONEY_FIELDS, TOKEN_FIELDS, UsageSums } from "../../cost/ledger/usage-sums.ts";

const COUNTS = COUNT_FIELDS.length;
/** Numbers of a row: counts, and tokens, of which those that are not known are NaN. */
const WIDTH = COUNTS + TOKEN_FIELDS.length;
const MONEY = MONEY_FIELDS.length;

/** A row as far as it is kept. */
export interface LedgerRow {
  readonly wallMs: number;
  readonly series: Series;
  /** What it adds to the sums of its series. */
  readonly sums: UsageSums;
}

/**
 * The newest rows of a ledger, column by column: as objects they would live just long enough to be moved among the old
 * objects, and a full collection would have to find each of them there.
 */
export class LedgerRows {
  readonly #capacity: number;
  readonly #wallMs: Float64Array;
  readonly #numbers: Float64Array;
  readonly #money: bigint[] = [];
  readonly #series: Series[] = [];
  readonly #priceSources: (string | undefined)[] = [];
  #oldest = 0;
  #rowsFromMs = Number.NEGATIVE_INFINITY;

  /** Keeps the last `capacity` rows. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#wallMs = new Float64Array(capacity);
    this.#numbers = new Float64Array(capacity * WIDTH);
  }

  /** All rows that ended at or after this wall time are kept. */
  get rowsFromMs(): number {
    return this.#rowsFromMs;
  }

  /** `series` is kept as it is: it should be one that is there anyway. */
  add({ wallMs, series, sums }: LedgerRow): void {
    let place = this.#series.length;
    if (place >= this.#capacity) {
      place = this.#oldest;
      this.#rowsFromMs = Math.max(this.#rowsFromMs, this.#wallMs[place]! + 1);
      this.#oldest = (place + 1) % this.#capacity;
    }
    this.#wallMs[place] = wallMs;
    this.#series[place] = series;
    this.#priceSources[place] = sums.priceSource;
    const start = place * WIDTH;
    for (let index = 0; index < COUNTS; index++) this.#numbers[start + index] = sums[COUNT_FIELDS[index]!];
    for (let index = COUNTS; index < WIDTH; index++) {
      this.#numbers[start + index] = sums[TOKEN_FIELDS[index - COUNTS]!] ?? Number.NaN;
    }
    for (let index = 0; index < MONEY; index++)
      this.#money[place * MONEY + index] = sums[MONEY_FIELDS[index]!];
  }

  /** The kept rows that ended in a range, in no particular order. */
  *within({ startMs, endMs }: TimeRange): Generator<LedgerRow> {
    for (const [place, series] of this.#series.entries()) {
      const wallMs = this.#wallMs[place]!;
      if (wallMs >= startMs && wallMs < endMs) yield { wallMs, series, sums: this.#sums(place) };
    }
  }

  #sums(place: number): UsageSums {
    const sums = new UsageSums();
    const numbers = this.#numbers.subarray(place * WIDTH, (place + 1) * WIDTH);
    for (const [index, field] of COUNT_FIELDS.entries()) sums[field] = numbers[index]!;
    for (const [index, field] of TOKEN_FIELDS.entries()) {
      const tokens = numbers[COUNTS + index]!;
      if (!Number.isNaN(tokens)) sums[field] = tokens;
    }
    for (const [index, field] of MONEY_FIELDS.entries()) sums[field] = this.#money[place * MONEY + index]!;
    sums.priceSource = this.#priceSources[place];
    return sums;
  }
}
