import { createHash, type Hash } from "node:crypto";

/**
 * A name for a value: equal values have the same, and nobody finds two that differ and have the same. SHA-256 over
 * the value in one unambiguous form, in base64url. Keys of objects count without their order, since the contract's maps
 * have none; keys with the value undefined count as absent.
 */
export function digest(value: unknown): string {
  const hash = createHash("sha256");
  add(hash, value);
  return hash.digest("base64url");
}

/** Every value begins with its type, and every length is said before what has it. */
function add(hash: Hash, value: unknown): void {
  if (value instanceof Uint8Array) hash.update(`b${value.byteLength}:`).update(value);
  else if (Array.isArray(value)) {
    hash.update(`a${value.length}:`);
    for (const item of value) add(hash, item);
  } else if (typeof value === "object" && value !== null) addObject(hash, value);
  else if (typeof value === "string") hash.update(`s${value.length}:`).update(value, "utf16le");
  else hash.update(`${typeof value}:${value};`);
}

function addObject(hash: Hash, value: object): void {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  hash.update(`o${entries.length}:`);
  for (const [key, member] of entries) {
    add(hash, key);
    add(hash, member);
  }
}
