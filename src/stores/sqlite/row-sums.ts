import { HOUR_MS } from "../../core/durations.ts";
import { startOfUnit } from "../../cost/ledger/plan-ranges.ts";
import { COUNT_FIELDS, MONEY_FIELDS, TOKEN_FIELDS } from "../../cost/ledger/usage-sums.ts";
import { highMoney, lowMoney, NO_TEXT, READ_COLUMN_COUNT } from "./ledger-columns.ts";
import { COLUMN, type RowValue } from "./row-columns.ts";
import { SumTable } from "./sum-table.ts";

const TOKENS = TOKEN_FIELDS.length;
const NUMBERS = COUNT_FIELDS.length + TOKENS;
const AMOUNTS = MONEY_FIELDS.length;
/** In place of the id of the text that says where a price came from, where there are several; see `ledger_sum`. */
const SEVERAL_SOURCES_ID = 0;

/** Rows of the ledger that follow each other, added up by hour and series. */
export class RowSums {
  #rowCount = 0;
  #lastId = 0;
  readonly #table = new SumTable(SEVERAL_SOURCES_ID);
  /** By their places in the table. */
  readonly #keys: { readonly hourMs: number; readonly series: number }[] = [];
  readonly #places = new Map<number, Map<number, number>>();
  readonly #numbers = new Float64Array(READ_COLUMN_COUNT);

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Id of the last row. 0: there is none. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Adds the next row, with what its columns hold. */
  addRow(id: number, columns: readonly RowValue[]): void {
    const place = this.#placeOf(
      startOfUnit(columns[COLUMN.wallMs] as number, HOUR_MS),
      columns[COLUMN.series] as number,
    );
    fillNumbers(this.#numbers, columns);
    const source = columns[COLUMN.priceSource] as number | null;
    this.#table.addRead(place, this.#numbers, 0, source ?? undefined);
    this.#rowCount++;
    this.#lastId = id;
  }

  /** Adds the next rows, already added up by hour and series as `READ_ROW_SUMS` does, of which `lastId` is the last. */
  addRead(rows: {
    rowCount: number;
    lastId: number;
    hourMs: number;
    series: number;
    read: readonly number[];
  }): void {
    const { rowCount, lastId, hourMs, series, read } = rows;
    this.#numbers.set(read);
    const source = read.at(-1)!;
    const place = this.#placeOf(hourMs, series);
    this.#table.addRead(place, this.#numbers, 0, source === NO_TEXT ? undefined : source);
    this.#rowCount += rowCount;
    this.#lastId = Math.max(this.#lastId, lastId);
  }

  /** What the columns of `ledger_sum` after the grain hold, of each sum. */
  *columns(): Iterable<RowValue[]> {
    const { numbers, money, priceSources } = this.#table.pack([...this.#keys.keys()]);
    for (const [place, { hourMs, series }] of this.#keys.entries()) {
      const counts = numbers.subarray(place * NUMBERS, (place + 1) * NUMBERS);
      const amounts = money.slice(place * AMOUNTS, (place + 1) * AMOUNTS);
      yield [hourMs, series, ...Array.from(counts, nullForNaN), ...amounts, priceSources[place] ?? null];
    }
  }

  #placeOf(hourMs: number, series: number): number {
    let places = this.#places.get(hourMs);
    if (places === undefined) {
      places = new Map();
      this.#places.set(hourMs, places);
    }
    let place = places.get(series);
    if (place === undefined) {
      place = this.#keys.push({ hourMs, series }) - 1;
      places.set(series, place);
    }
    return place;
  }
}

/** What one row adds to each field, in the order of `READ_ROW_SUMS`, and the same as that does in SQL. */
function fillNumbers(numbers: Float64Array, columns: readonly RowValue[]): void {
  const kind = columns[COLUMN.kind];
  const outcome = columns[COLUMN.outcome];
  const reason = columns[COLUMN.reason];
  const latencyUs = columns[COLUMN.latencyUs] as number | null;
  const isLast = columns[COLUMN.isLast] === 1;
  const isFallback = columns[COLUMN.isFallback] === 1;
  const isAnswered = isLast && outcome === "succeeded";
  const isByCall = isAnswered && kind !== "cache_hit";
  const isTimeout = outcome === "refused" && (reason === "WAIT_TOO_LONG" || reason === "DEADLINE_EXCEEDED");
  let place = 0;
  const put = (value: number | boolean): void => {
    numbers[place++] = Number(value);
  };
  put(isLast);
  put(isByCall && !isFallback);
  put(isByCall && isFallback);
  put(columns[COLUMN.isRateLimitWait] as number);
  put(columns[COLUMN.isRateLimitFallback] as number);
  put((columns[COLUMN.waitedUs] as number) > 0);
  put(isLast && isTimeout);
  put(isLast && (outcome === "failed" || outcome === "refused"));
  put(kind === "cache_hit");
  put(isAnswered);
  put(columns[COLUMN.isEstimated] as number);
  put(columns[COLUMN.totalNanoUsd] !== null);
  put(isByCall ? (latencyUs ?? 0) : 0);
  put(isByCall && latencyUs !== null);
  let known = 0;
  for (let token = 0; token < TOKENS; token++) {
    const tokens = columns[COLUMN.inputTokens + token] as number | null;
    put(tokens ?? 0);
    if (tokens !== null) known |= 1 << token;
  }
  for (let amount = 0; amount < AMOUNTS; amount++) {
    const nanoUsd = (columns[COLUMN.inputNanoUsd + amount] ?? 0) as number | bigint;
    put(highMoney(nanoUsd));
    put(lowMoney(nanoUsd));
  }
  put(known);
}

function nullForNaN(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
