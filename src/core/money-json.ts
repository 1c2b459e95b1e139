/** A value as JSON text; amounts of money, which are bigints, as decimal digits. */
export function toMoneyJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}

/** The value of such a text: every field whose name ends in `NanoUsd` is a bigint again. Throws `SyntaxError`. */
export function fromMoneyJson(text: string): unknown {
  return JSON.parse(text, (key, part: unknown) => (key.endsWith("NanoUsd") ? BigInt(String(part)) : part));
}
