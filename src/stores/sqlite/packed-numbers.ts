/** A byte holds seven bits of a number, and in its highest bit whether more follow. */
const PART = 128;
/** The first byte holds six, and in its lowest bit whether the number is below 0. */
const FIRST_PART = 64;
/** Of the largest double. */
const MOST_BYTES = 147;
const FIRST_CAPACITY = 4_096;

/** Writes whole numbers of either sign in as few bytes as each needs: one up to 63, two up to 8,191. */
export class NumberPacker {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  add(value: number): void {
    if (this.#length + MOST_BYTES > this.#bytes.length) this.#grow();
    const size = Math.abs(value);
    let part = 2 * (size % FIRST_PART) + Number(value < 0);
    for (let rest = Math.floor(size / FIRST_PART); rest > 0; rest = Math.floor(rest / PART)) {
      this.#bytes[this.#length++] = part + PART;
      part = rest % PART;
    }
    this.#bytes[this.#length++] = part;
  }

  /** All that was added. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(): void {
    const bytes = new Uint8Array(2 * this.#bytes.length);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

/** Reads what a {@link NumberPacker} wrote, in its order. */
export class NumberUnpacker {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** Reads as many numbers as there are places. */
  fill(numbers: Float64Array): void {
    const bytes = this.#bytes;
    let position = this.#position;
    for (let index = 0; index < numbers.length; index++) {
      let byte = bytes[position++]!;
      const isNegative = byte % 2 === 1;
      let size = (byte % PART) >> 1;
      for (let scale = FIRST_PART; byte >= PART; scale *= PART) {
        byte = bytes[position++]!;
        size += (byte % PART) * scale;
      }
      numbers[index] = isNegative ? -size : size;
    }
    this.#position = position;
  }
}
