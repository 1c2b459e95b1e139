import type { Amounts } from "../core/limit.ts";

/** Columns of an event, in the order of {@link EventRing.columns}. */
export const REQUESTS = 0;
export const TOKENS = 1;
export const INPUT_TOKENS = 2;
export const OUTPUT_TOKENS = 3;
export type Column = typeof REQUESTS | typeof TOKENS | typeof INPUT_TOKENS | typeof OUTPUT_TOKENS;
export const COLUMNS: readonly Column[] = [REQUESTS, TOKENS, INPUT_TOKENS, OUTPUT_TOKENS];

/** The part of `amounts` that belongs to a column. */
export function amountOf(amounts: Amounts, column: Column): number {
  switch (column) {
    case REQUESTS:
      return amounts.requests;
    case TOKENS:
      return amounts.totalTokens;
    case INPUT_TOKENS:
      return amounts.inputTokens;
    case OUTPUT_TOKENS:
      return amounts.outputTokens;
  }
}

type Columns = [Float64Array, Float64Array, Float64Array, Float64Array];

const INITIAL_CAPACITY = 64;

/**
 * What was charged to a pool and when: an append-only ring in typed arrays, shared by all limits of the pool.
 * Events have running numbers from 0 that stay valid while the event is held; times never fall.
 */
export class EventRing {
  /** Number of the oldest event that is still held. */
  first = 0;
  /** Number that the next event gets. */
  end = 0;
  #mask = INITIAL_CAPACITY - 1;
  #startMs = new Float64Array(INITIAL_CAPACITY);
  #columns = COLUMNS.map(() => new Float64Array(INITIAL_CAPACITY)) as Columns;

  /** Appends an event and returns its number. */
  append(
    startMs: number,
    requests: number,
    tokens: number,
    inputTokens: number,
    outputTokens: number,
  ): number {
    if (this.end - this.first > this.#mask) this.#grow();
    const slot = this.end & this.#mask;
    this.#startMs[slot] = startMs;
    this.#columns[REQUESTS][slot] = requests;
    this.#columns[TOKENS][slot] = tokens;
    this.#columns[INPUT_TOKENS][slot] = inputTokens;
    this.#columns[OUTPUT_TOKENS][slot] = outputTokens;
    return this.end++;
  }

  startMs(event: number): number {
    return this.#startMs[event & this.#mask]!;
  }

  amount(event: number, column: Column): number {
    return this.#columns[column][event & this.#mask]!;
  }

  setAmount(event: number, column: Column, amount: number): void {
    this.#columns[column][event & this.#mask] = amount;
  }

  isHeld(event: number): boolean {
    return event >= this.first && event < this.end;
  }

  /** A copy that shares nothing: the ground for looking ahead. */
  clone(): EventRing {
    const copy = new EventRing();
    copy.first = this.first;
    copy.end = this.end;
    copy.#mask = this.#mask;
    copy.#startMs = this.#startMs.slice();
    copy.#columns = this.#columns.map((column) => column.slice()) as Columns;
    return copy;
  }

  #grow(): void {
    const capacity = (this.#mask + 1) * 2;
    const widen = (old: Float64Array): Float64Array => {
      const wide = new Float64Array(capacity);
      for (let event = this.first; event < this.end; event++) {
        wide[event & (capacity - 1)] = old[event & this.#mask]!;
      }
      return wide;
    };
    this.#startMs = widen(this.#startMs) as Float64Array<ArrayBuffer>;
    this.#columns = this.#columns.map(widen) as Columns;
    this.#mask = capacity - 1;
  }
}
