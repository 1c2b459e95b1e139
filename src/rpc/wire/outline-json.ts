const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const NEAR_BYTES = 64;
/** Keys of one object that are compared. No message has so many fields; a map may. */
const MOST_KEYS = 1_000;

/** What can be seen of a JSON text without reading it. Of a text that is no JSON it says nothing of use. */
export interface JsonOutline {
  /** Values in one another and beside one another: one for each comma and each opening bracket, and the whole. */
  readonly valueCount: number;
  /** No object has a key twice. False also where that would take long to see: keys with escapes, objects of a thousand. */
  readonly areKeysUnique: boolean;
}

/** Walks over a JSON text of UTF-8 bytes; stops above `most` values. */
export function outlineJson(bytes: Buffer, most: number): JsonOutline {
  const open: (Set<string> | undefined)[] = [];
  /** Of the innermost object. Undefined: the innermost is a list. */
  let keys: Set<string> | undefined;
  let isKeyNext = false;
  let valueCount = 1;
  let areKeysUnique = true;
  for (let position = 0; position < bytes.length && valueCount <= most; position++) {
    switch (bytes[position]) {
      case QUOTE: {
        const end = endOfString(bytes, position + 1);
        if (isKeyNext && keys !== undefined) {
          const key = bytes.toString("latin1", position + 1, end);
          if (keys.size >= MOST_KEYS || keys.has(key) || key.includes("\\")) areKeysUnique = false;
          else keys.add(key);
        }
        isKeyNext = false;
        position = end;
        break;
      }
      case COMMA:
        valueCount++;
        isKeyNext = true;
        break;
      case OPENING_BRACE:
        valueCount++;
        keys = new Set();
        open.push(keys);
        isKeyNext = true;
        break;
      case OPENING_BRACKET:
        valueCount++;
        keys = undefined;
        open.push(keys);
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        open.pop();
        keys = open[open.length - 1];
    }
  }
  return { valueCount, areKeysUnique };
}

/** Where the closing quote of a string is; `start` is behind the opening one. */
function endOfString(bytes: Buffer, start: number): number {
  let position = start;
  while (position < bytes.length) {
    // Most strings are short, and a call of the runtime costs as much as looking at so many bytes; of a long one it is faster.
    for (const near = position + NEAR_BYTES; position < near; position++) {
      const byte = bytes[position];
      if (byte === QUOTE || byte === undefined) return position;
      if (byte === BACKSLASH) position++;
    }
    const quote = bytes.indexOf(QUOTE, position);
    if (quote === -1) break;
    let unescaped = quote;
    while (unescaped > position && bytes[unescaped - 1] === BACKSLASH) unescaped--;
    if ((quote - unescaped) % 2 === 0) return quote;
    position = quote + 1;
  }
  return bytes.length;
}
