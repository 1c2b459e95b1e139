/** Room for some 3,000 texts of 300 characters. */
const PAGE_BYTES = 1 << 20;
/** Pages that are begun in the time that a text is kept, at least. */
const PAGES_PER_LIFE = 6;
/** A power of two. */
const BUCKETS = 8_192;
/** Before each text: where the one before in the same bucket is (4 bytes), and the lengths of key and text (2 and 4). */
const HEAD_BYTES = 10;
/** Characters at the end of a key that tell its bucket. */
const HASHED_CHARACTERS = 8;

/** Texts one after the other, and where those of a bucket begin. */
interface Page {
  readonly bytes: Buffer;
  /** Of each bucket the place of its last text. 0: there is none. */
  readonly heads: Uint32Array;
  end: number;
  count: number;
  begunMs: number;
  lastMs: number;
}

/**
 * Texts by key, for very many that are hardly ever asked for: they are kept as bytes outside the heap, where they cost the
 * garbage collector nothing, and forgotten by the page, the oldest first.
 */
export class TextMemory {
  readonly #keepMs: number;
  readonly #most: number;
  /** Oldest first; the last one is written to. */
  readonly #pages: Page[] = [];
  /** How many there are. */
  size = 0;

  /** Keeps each text for at least `keepMs`, but not more than `most` of them. */
  constructor(keepMs: number, most: number) {
    this.#keepMs = keepMs;
    this.#most = most;
  }

  /** Keeps a text; a key that is there already has the new one from now on. Keys are best random at their end. */
  set(key: string, text: string, nowMs: number): void {
    const keyBytes = Buffer.byteLength(key);
    const textBytes = Buffer.byteLength(text);
    const page = this.#pageFor(HEAD_BYTES + keyBytes + textBytes, nowMs);
    const { bytes, heads, end } = page;
    const bucket = bucketOf(key);
    bytes.writeUInt32LE(heads[bucket]!, end);
    bytes.writeUInt16LE(keyBytes, end + 4);
    bytes.writeUInt32LE(textBytes, end + 6);
    bytes.write(key, end + HEAD_BYTES);
    bytes.write(text, end + HEAD_BYTES + keyBytes);
    heads[bucket] = end;
    page.end = end + HEAD_BYTES + keyBytes + textBytes;
    page.count++;
    page.lastMs = nowMs;
    this.size++;
  }

  get(key: string): string | undefined {
    const bucket = bucketOf(key);
    for (let index = this.#pages.length - 1; index >= 0; index--) {
      const { bytes, heads } = this.#pages[index]!;
      for (let at = heads[bucket]!; at !== 0; at = bytes.readUInt32LE(at)) {
        const keyStart = at + HEAD_BYTES;
        const textStart = keyStart + bytes.readUInt16LE(at + 4);
        if (bytes.toString("utf8", keyStart, textStart) !== key) continue;
        return bytes.toString("utf8", textStart, textStart + bytes.readUInt32LE(at + 6));
      }
    }
    return undefined;
  }

  #pageFor(neededBytes: number, nowMs: number): Page {
    const last = this.#pages[this.#pages.length - 1];
    const isYoung = last !== undefined && nowMs < last.begunMs + this.#keepMs / PAGES_PER_LIFE;
    if (isYoung && last.end + neededBytes <= last.bytes.length) return last;
    const page = this.#turn(neededBytes, nowMs);
    page.begunMs = nowMs;
    this.#pages.push(page);
    return page;
  }

  /** Forgets what may be forgotten, and gives a page to go on with: one of those, since a new one must be cleared as well. */
  #turn(neededBytes: number, nowMs: number): Page {
    let free: Page | undefined;
    for (let oldest = this.#pages[0]; oldest !== undefined; oldest = this.#pages[0]) {
      if (this.size <= this.#most && oldest.lastMs + this.#keepMs > nowMs) break;
      this.#pages.shift();
      this.size -= oldest.count;
      free = oldest;
    }
    if (free === undefined || FIRST_PLACE + neededBytes > free.bytes.length) return newPage(neededBytes);
    free.heads.fill(0);
    free.end = FIRST_PLACE;
    free.count = 0;
    return free;
  }
}

/** Not 0, which stands for none. */
const FIRST_PLACE = 1;

function newPage(neededBytes: number): Page {
  const bytes = Buffer.allocUnsafeSlow(Math.max(PAGE_BYTES, FIRST_PLACE + neededBytes));
  return { bytes, heads: new Uint32Array(BUCKETS), end: FIRST_PLACE, count: 0, begunMs: 0, lastMs: 0 };
}

/** FNV-1a, by Fowler, Noll and Vo. */
function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = Math.max(0, key.length - HASHED_CHARACTERS); index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}
