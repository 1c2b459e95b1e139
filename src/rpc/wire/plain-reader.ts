/** Longer varints are left to the generated code: 28 bits fit a number without any 64-bit arithmetic. */
const MAX_VARINT_SHIFT = 21;

/**
 * Reads the plain forms of protobuf fields: short varints and ASCII strings. Whatever else it meets, broken bytes
 * included, makes it give up; what was read until then is to be thrown away, and the bytes read by the generated code.
 */
export class PlainReader {
  readonly #bytes: Buffer;
  #position = 0;
  #end: number;
  #hasGivenUp = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Whether the bytes must be read by the generated code. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp;
  }

  /** The tag (field number and wire type) of the next field. 0: there is none. */
  tag(): number {
    if (this.#position === this.#end) return 0;
    const tag = this.varint();
    return tag === 0 ? this.giveUp() : tag;
  }

  /** 0 to 2^28 - 1; 0 also when it gives up. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift <= MAX_VARINT_SHIFT && this.#position < this.#end; shift += 7) {
      const byte = this.#bytes[this.#position++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return this.giveUp();
  }

  /** An int64 field. */
  int64(): bigint {
    return BigInt(this.varint());
  }

  /** A string field; empty also when it gives up. */
  string(): string {
    const end = this.varint() + this.#position;
    if (end > this.#end) {
      this.giveUp();
      return "";
    }
    const start = this.#position;
    for (let position = start; position < end; position++) {
      if (this.#bytes[position]! < 0x80) continue;
      this.giveUp();
      return "";
    }
    this.#position = end;
    return this.#bytes.toString("latin1", start, end);
  }

  /** Goes into a message field. Returns what {@link leave} needs. */
  enter(): number {
    const outerEnd = this.#end;
    const end = this.varint() + this.#position;
    if (end > outerEnd) this.giveUp();
    else this.#end = end;
    return outerEnd;
  }

  /** Goes back to the message around, once there is no further tag. */
  leave(outerEnd: number): void {
    if (!this.#hasGivenUp) this.#end = outerEnd;
  }

  /** There is no further tag from here on. */
  giveUp(): 0 {
    this.#hasGivenUp = true;
    this.#position = this.#end;
    return 0;
  }
}
