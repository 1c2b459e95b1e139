import fc from "fast-check";
import { expect, test } from "vitest";
import { NumberPacker, NumberUnpacker } from "../../../src/stores/sqlite/packed-numbers.ts";

function pack(numbers: readonly number[]): Uint8Array {
  const packer = new NumberPacker();
  for (const number of numbers) packer.add(number);
  return packer.bytes();
}

function unpack(bytes: Uint8Array): number[] {
  const unpacker = new NumberUnpacker(bytes);
  const number = new Float64Array(1);
  const numbers: number[] = [];
  while (!unpacker.isAtEnd) {
    unpacker.fill(number);
    numbers.push(number[0]!);
  }
  return numbers;
}

test("whole numbers come back as they were", () => {
  const wholeNumber = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.maxSafeInteger());
  fc.assert(
    fc.property(fc.array(wholeNumber, { maxLength: 2_000 }), (numbers) => {
      expect(unpack(pack(numbers))).toEqual(numbers);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test.each([
  [0, 1],
  [63, 1],
  [-63, 1],
  [64, 2],
  [8_191, 2],
  [8_192, 3],
  [Number.MAX_SAFE_INTEGER, 8],
  [Number.MIN_SAFE_INTEGER, 8],
  // Sums of tokens are doubles, and may be beyond.
  [2 ** 63, 10],
  [Number.MAX_VALUE, 147],
])("%d takes %d bytes", (number, length) => {
  const bytes = pack([number]);
  expect(bytes).toHaveLength(length);
  expect(unpack(bytes)).toEqual([number]);
});
