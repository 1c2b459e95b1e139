import { type Column, INPUT_TOKENS, OUTPUT_TOKENS, TOKENS } from "./column.ts";

const INITIAL_CAPACITY = 64;
/** Numbers an event: its four columns, then its start. An event is one run of memory, not a place in five arrays. */
const STRIDE = 5;
const START = 4;

/**
 * What was charged to a pool and when: an append-only ring in one typed array, shared by all limits of the pool.
 * Events have running numbers from 0 that stay valid while the event is held; times never fall.
 */
export class EventRing {
  /** Number of the oldest event that is still held. */
  first = 0;
  /** Number that the next event gets. */
  end = 0;
  #mask: number;
  #cells: Float64Array<ArrayBuffer>;

  constructor(capacity = INITIAL_CAPACITY) {
    this.#mask = capacity - 1;
    this.#cells = new Float64Array(capacity * STRIDE);
  }

  /** Appends an event and returns its number. */
  append(
    startMs: number,
    requests: number,
    tokens: number,
    inputTokens: number,
    outputTokens: number,
  ): number {
    if (this.end - this.first > this.#mask) this.#grow();
    const cell = (this.end & this.#mask) * STRIDE;
    const cells = this.#cells;
    cells[cell] = requests;
    cells[cell + TOKENS] = tokens;
    cells[cell + INPUT_TOKENS] = inputTokens;
    cells[cell + OUTPUT_TOKENS] = outputTokens;
    cells[cell + START] = startMs;
    return this.end++;
  }

  startMs(event: number): number {
    return this.#cells[(event & this.#mask) * STRIDE + START]!;
  }

  amount(event: number, column: Column): number {
    return this.#cells[(event & this.#mask) * STRIDE + column]!;
  }

  /** Changes what an event that is still held was counted with. */
  correct(event: number, column: Column, delta: number): void {
    const cell = (event & this.#mask) * STRIDE + column;
    this.#cells[cell] = this.#cells[cell]! + delta;
  }

  isHeld(event: number): boolean {
    return event >= this.first && event < this.end;
  }

  /** Start and columns of every event held, oldest first. */
  toArray(): Float64Array {
    const array = new Float64Array((this.end - this.first) * STRIDE);
    for (let event = this.first, at = 0; event < this.end; event++, at += STRIDE) {
      const cell = (event & this.#mask) * STRIDE;
      array[at] = this.#cells[cell + START]!;
      array.set(this.#cells.subarray(cell, cell + START), at + 1);
    }
    return array;
  }

  /** Holds the events of {@link toArray} and nothing else; the first of them gets the number `first`. */
  restore(first: number, array: Float64Array): void {
    this.first = first;
    this.end = first;
    for (let at = 0; at < array.length; at += STRIDE) {
      this.append(array[at]!, array[at + 1]!, array[at + 2]!, array[at + 3]!, array[at + 4]!);
    }
  }

  /** A copy that shares nothing, with the same numbers: the ground for looking ahead. */
  clone(): EventRing {
    let capacity = INITIAL_CAPACITY;
    while (capacity < (this.end - this.first) * 2) capacity *= 2;
    return this.#copyTo(new EventRing(capacity));
  }

  #grow(): void {
    const wide = this.#copyTo(new EventRing((this.#mask + 1) * 2));
    this.#mask = wide.#mask;
    this.#cells = wide.#cells;
  }

  #copyTo(other: EventRing): EventRing {
    other.first = this.first;
    other.end = this.end;
    // In runs that break in neither ring: two or three of them.
    for (let event = this.first; event < this.end; ) {
      const from = event & this.#mask;
      const to = event & other.#mask;
      const run = Math.min(this.end - event, this.#mask + 1 - from, other.#mask + 1 - to);
      other.#cells.set(this.#cells.subarray(from * STRIDE, (from + run) * STRIDE), to * STRIDE);
      event += run;
    }
    return other;
  }
}
