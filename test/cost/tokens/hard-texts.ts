import { seededRandom } from "../../../src/core/random.ts";

const RANDOM_CHARS = 100_000;

/** Random text; beyond 100,000 characters the same again. */
function randomText(length: number, unit: (next: () => number) => string): string {
  if (length > RANDOM_CHARS)
    return randomText(RANDOM_CHARS, unit)
      .repeat(Math.ceil(length / RANDOM_CHARS))
      .slice(0, length);
  const random = seededRandom(7);
  const units: string[] = [];
  let chars = 0;
  while (chars < length) {
    const drawn = unit(() => random.next());
    units.push(drawn);
    chars += drawn.length;
  }
  return units.join("").slice(0, length);
}

function oneOf(alphabet: string): (next: () => number) => string {
  return (next) => alphabet[Math.floor(next() * alphabet.length)]!;
}

const letters = "abcdefghijklmnopqrstuvwxyz";
const base64 = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${letters}0123456789+/`;

/** Texts that tokenizers choke on, of any length in UTF-16 units. */
export const hardTexts: readonly { readonly name: string; readonly make: (length: number) => string }[] = [
  { name: "one letter", make: (length) => "a".repeat(length) },
  { name: "one capital letter", make: (length) => "A".repeat(length) },
  { name: "capital letters before a digit", make: (length) => `${"A".repeat(length - 1)}1` },
  { name: "random letters", make: (length) => randomText(length, oneOf(letters)) },
  { name: "base64", make: (length) => randomText(length, oneOf(base64)) },
  {
    name: "random unicode",
    make: (length) => randomText(length, (next) => String.fromCodePoint(32 + Math.floor(next() * 0xd000))),
  },
  {
    name: "Chinese",
    make: (length) => randomText(length, (next) => String.fromCodePoint(0x4e00 + Math.floor(next() * 5_000))),
  },
  { name: "spaces", make: (length) => " ".repeat(length) },
  { name: "lines of spaces", make: (length) => "\n ".repeat(length / 2) },
  { name: "signs", make: (length) => randomText(length, oneOf("!@#$%^&*()")) },
  { name: "combining marks", make: (length) => "e\u0301".repeat(length / 2) },
  { name: "emoji families", make: (length) => "👩‍👩‍👧‍👦🎉".repeat(length / 13) },
  {
    name: "minified JSON",
    make: (length) =>
      randomText(length, (next) => `{"id":${Math.floor(next() * 1e9)},"tags":["a","b"],"v":${next()}},`),
  },
];
