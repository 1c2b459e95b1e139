/** At most 2^14, so that the length of a part never takes more than two bytes. */
const MAX_MESSAGE_BYTES = 16_384;
const MAX_NUMBER_BYTES = 10;
const MAX_ONE_BYTE = 0x7f;
const MAX_INT32 = 0x7fff_ffff;
/** Longer strings are written faster by the runtime than byte by byte. */
const MAX_SHORT_CHARS = 64;
const MAX_UTF8_BYTES = 3;

/**
 * Writes the plain forms of protobuf fields: numbers of at least 0, and strings. Whatever else it is given, or more
 * than it has room for, makes it give up; the message is then to be written by the generated code. A field's tag is
 * that of one byte.
 */
export class PlainWriter {
  readonly #bytes = Buffer.allocUnsafe(MAX_MESSAGE_BYTES);
  #position = 0;
  #hasGivenUp = false;

  /** Begins another message. */
  start(): void {
    this.#position = 0;
    this.#hasGivenUp = false;
  }

  /** The bytes written since {@link start}. Undefined: the generated code must write it. */
  finish(): Buffer | undefined {
    return this.#hasGivenUp ? undefined : Buffer.from(this.#bytes.subarray(0, this.#position));
  }

  /** An int64 that is always written. */
  int64(tag: number, value: bigint): void {
    const number = Number(value);
    if (number <= Number.MAX_SAFE_INTEGER) this.#field(tag, number);
    else this.giveUp();
  }

  /** An int32 or enum that is always written. */
  int32(tag: number, value: number): void {
    if (value <= MAX_INT32) this.#field(tag, value);
    else this.giveUp();
  }

  /** A string that is always written. */
  string(tag: number, value: string): void {
    const { length } = value;
    if (!this.#hasRoom(length * MAX_UTF8_BYTES)) return;
    if (length <= MAX_SHORT_CHARS && this.#shortAscii(tag, value)) return;
    const start = this.enter(tag);
    this.#position += this.#bytes.write(value, start);
    this.leave(start);
  }

  /** False: it is not ASCII, and nothing is written. */
  #shortAscii(tag: number, value: string): boolean {
    const bytes = this.#bytes;
    let position = this.#position;
    bytes[position++] = tag;
    bytes[position++] = value.length;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > MAX_ONE_BYTE) return false;
      bytes[position++] = code;
    }
    this.#position = position;
    return true;
  }

  /** Begins a message field, or a packed one. Returns what {@link leave} needs. */
  enter(tag: number): number {
    if (!this.#hasRoom(0)) return 0;
    this.#bytes[this.#position++] = tag;
    return ++this.#position;
  }

  /** Ends a message field, of which the length is known by now. */
  leave(start: number): void {
    if (this.#hasGivenUp) return;
    const length = this.#position - start;
    if (length <= MAX_ONE_BYTE) {
      this.#bytes[start - 1] = length;
      return;
    }
    // One byte was left free for the length, and it takes two.
    if (!this.#hasRoom(0)) return;
    this.#bytes.copyWithin(start + 1, start, this.#position);
    this.#position = start - 1;
    this.#varint(length);
    this.#position += length;
  }

  /** A number inside a packed field. */
  packed(value: number): void {
    if (this.#isPlain(value) && value <= MAX_INT32 && this.#hasRoom(0)) this.#varint(value);
    else this.giveUp();
  }

  /** What is written from here on does not matter. */
  giveUp(): void {
    this.#hasGivenUp = true;
  }

  #field(tag: number, value: number): void {
    if (!this.#isPlain(value) || !this.#hasRoom(0)) {
      this.giveUp();
      return;
    }
    this.#bytes[this.#position++] = tag;
    this.#varint(value);
  }

  #isPlain(value: number): boolean {
    return value >= 0 && Number.isInteger(value);
  }

  /** Whether so many bytes, a tag and a number fit. */
  #hasRoom(length: number): boolean {
    if (this.#hasGivenUp) return false;
    if (this.#position + length + MAX_NUMBER_BYTES < MAX_MESSAGE_BYTES) return true;
    this.giveUp();
    return false;
  }

  #varint(value: number): void {
    const bytes = this.#bytes;
    let rest = value;
    while (rest > MAX_INT32) {
      bytes[this.#position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest > MAX_ONE_BYTE) {
      bytes[this.#position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.#position++] = rest;
  }
}
