import { COUNT_FIELDS, MONEY_FIELDS, TOKEN_FIELDS, type UsageSums } from "../../cost/ledger/usage-sums.ts";
import { highMoney, LOW_MONEY_BITS, lowMoney } from "./ledger-columns.ts";
import type { PackedSums } from "./packed-summary.ts";

const COUNTS = COUNT_FIELDS.length;
const NUMBERS = COUNTS + TOKEN_FIELDS.length;
/** Numbers, and each amount of money in its two parts. */
const WIDTH = NUMBERS + 2 * MONEY_FIELDS.length;
const FIRST_CAPACITY = 64;

/**
 * Sums by place, added up column by column: for a query hundreds of thousands of sums are added, and objects with
 * bigints would take ten times as long.
 */
export class SumTable<Source> {
  #columns = new Float64Array(FIRST_CAPACITY * WIDTH);
  /** A bit for each kind of token. */
  #known = new Uint8Array(FIRST_CAPACITY);
  readonly #priceSources: (Source | undefined)[] = [];
  readonly #several: Source;

  /** `several` stands in place of a price's source where there is more than one. */
  constructor(several: Source) {
    this.#several = several;
  }

  /** Adds to the sums at a place what was read by the columns of `ledger-columns.ts`, which begin at `offset`. */
  addRead(place: number, read: Float64Array, offset: number, priceSource: Source | undefined): void {
    this.#reserve(place);
    const columns = this.#columns;
    const start = place * WIDTH;
    for (let index = 0; index < WIDTH; index++) columns[start + index]! += read[offset + index]!;
    this.#known[place]! |= read[offset + WIDTH]!;
    this.#addPriceSource(place, priceSource);
  }

  /** Adds to the sums at a place those at a place of another table. */
  addFrom(place: number, other: SumTable<Source>, otherPlace: number): void {
    this.#reserve(place);
    const start = place * WIDTH;
    const otherStart = otherPlace * WIDTH;
    for (let index = 0; index < WIDTH; index++) {
      this.#columns[start + index]! += other.#columns[otherStart + index]!;
    }
    this.#known[place]! |= other.#known[otherPlace]!;
    this.#addPriceSource(place, other.#priceSources[otherPlace]);
  }

  /** Adds sums to those at a place. */
  addSums(place: number, sums: UsageSums, priceSource: Source | undefined): void {
    const money = MONEY_FIELDS.flatMap((field) => [highMoney(sums[field]), lowMoney(sums[field])]);
    const known = TOKEN_FIELDS.reduce(
      (bits, field, bit) => bits | (Number(sums[field] !== undefined) << bit),
      0,
    );
    const read = [
      ...COUNT_FIELDS.map((field) => sums[field]),
      ...TOKEN_FIELDS.map((field) => sums[field] ?? 0),
      ...money,
      known,
    ];
    this.addRead(place, Float64Array.from(read), 0, priceSource);
  }

  /** The sums at places, in their order. */
  pack(places: readonly number[]): PackedSums<Source> {
    const numbers = new Float64Array(places.length * NUMBERS);
    const money: bigint[] = [];
    for (const [index, place] of places.entries()) {
      this.#reserve(place);
      const start = place * WIDTH;
      numbers.set(this.#columns.subarray(start, start + NUMBERS), index * NUMBERS);
      for (let bit = 0; bit < TOKEN_FIELDS.length; bit++) {
        if ((this.#known[place]! & (1 << bit)) === 0) numbers[index * NUMBERS + COUNTS + bit] = Number.NaN;
      }
      for (let column = start + NUMBERS; column < start + WIDTH; column += 2) {
        const high = BigInt(this.#columns[column]!) << BigInt(LOW_MONEY_BITS);
        money.push(high + BigInt(this.#columns[column + 1]!));
      }
    }
    return { numbers, money, priceSources: places.map((place) => this.#priceSources[place]) };
  }

  #addPriceSource(place: number, source: Source | undefined): void {
    const known = this.#priceSources[place];
    if (source !== undefined)
      this.#priceSources[place] = known === undefined || known === source ? source : this.#several;
  }

  #reserve(place: number): void {
    if (place < this.#known.length) return;
    const columns = new Float64Array(2 * (place + 1) * WIDTH);
    columns.set(this.#columns);
    this.#columns = columns;
    const known = new Uint8Array(2 * (place + 1));
    known.set(this.#known);
    this.#known = known;
  }
}
