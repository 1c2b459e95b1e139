import type { DescField, DescMessage } from "@bufbuild/protobuf";

/** The fields of a message that are messages themselves, by their numbers. */
type Shape = Map<number, Shape>;

const WIRE_VARINT = 0;
const WIRE_64_BITS = 1;
const WIRE_LENGTH = 2;
const WIRE_32_BITS = 5;
/** Deeper than the decoder goes. */
const MOST_DEEP = 101;
/** Of the entry of a map. */
const VALUE_NUMBER = 2;

const shapes = new Map<DescMessage, Shape>();

/**
 * How many fields, list items and map entries there are in a message and all that is in it, by its bytes alone: nothing is
 * built, and a long text is one step. A packed list, of which requests have none, counts as one. Stops above `most`. Of bytes
 * that are no message it counts what comes before the error.
 */
export function countFields(desc: DescMessage, bytes: Uint8Array, most: number): number {
  const counter = new FieldCounter(bytes, most);
  counter.count(shapeOf(desc), bytes.length, 0);
  return counter.total;
}

class FieldCounter {
  total = 0;
  readonly #bytes: Uint8Array;
  readonly #most: number;
  #position = 0;

  constructor(bytes: Uint8Array, most: number) {
    this.#bytes = bytes;
    this.#most = most;
  }

  /** Counts a message that ends at `end`, and leaves the position there. */
  count(shape: Shape, end: number, depth: number): void {
    while (this.#position < end && this.total <= this.#most) {
      const tag = this.#varint();
      this.total++;
      const wireType = tag & 7;
      if (wireType === WIRE_VARINT) this.#varint();
      else if (wireType === WIRE_64_BITS) this.#position += 8;
      else if (wireType === WIRE_32_BITS) this.#position += 4;
      // The tags around a group are followed by those inside it.
      else if (wireType === WIRE_LENGTH) this.#countLengthDelimited(shape.get(tag >>> 3), end, depth);
    }
    this.#position = end;
  }

  /** `shape` undefined: a text, or bytes. */
  #countLengthDelimited(shape: Shape | undefined, outerEnd: number, depth: number): void {
    const length = this.#varint();
    const end = Math.min(outerEnd, this.#position + length);
    if (shape !== undefined && depth < MOST_DEEP) this.count(shape, end, depth + 1);
    this.#position = end;
  }

  /** The low 32 bits of a number; the position is moved behind all of it. */
  #varint(): number {
    let value = 0;
    for (let shift = 0; this.#position < this.#bytes.length; shift += 7) {
      const byte = this.#bytes[this.#position++]!;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value >>> 0;
  }
}

function shapeOf(desc: DescMessage): Shape {
  const known = shapes.get(desc);
  if (known !== undefined) return known;
  const shape: Shape = new Map();
  // Noted before it is complete: messages may hold messages of their own type.
  shapes.set(desc, shape);
  for (const field of desc.fields) {
    const inside = shapeInside(field);
    if (inside !== undefined) shape.set(field.number, inside);
  }
  return shape;
}

/** Undefined: it holds no message. The entries of a map are messages. */
function shapeInside(field: DescField): Shape | undefined {
  if (field.fieldKind !== "map") return field.message && shapeOf(field.message);
  return new Map(field.message === undefined ? [] : [[VALUE_NUMBER, shapeOf(field.message)]]);
}
