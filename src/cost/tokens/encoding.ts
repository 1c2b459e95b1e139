import { Vocabulary } from "./vocabulary.ts";

/** A tokenizer of OpenAI whose ranks come with js-tiktoken. */
export type EncodingName = "o200k_base" | "cl100k_base";

/**
 * Longest piece of text, in bytes, that is merged in one go. The work grows with the square of the length, and text
 * without spaces is one piece however long; a cut costs at most about one token in 128 bytes.
 */
const MAX_PIECE_BYTES = 128;
const DIGITS = /^\d+$/;
const NO_RANK = 0x7fffffff;
/** What looking up a rank takes, in steps. */
const STEPS_PER_LOOKUP = 8;
/** Counted at load until the engine has compiled the loops: a first call in plain bytecode takes 30 times as long. */
const WARM_UP_TEXT =
  "The train to 北京 leaves in 2,047 seconds — please don't be late! Überraschung: naïve tokenizers.\n".repeat(
    5,
  );
const WARM_UP_ROUNDS = 60;

/**
 * Counts tokens as js-tiktoken does, from the same ranks, but in time that is bounded by the length of the text:
 * js-tiktoken needs 0.65 ms for 2 KB of English, 39 ms for 2 KB of Chinese and 35 s for 20,000 times the same letter;
 * this needs at most 0.3 µs a byte. Exact, save where a piece is longer than {@link MAX_PIECE_BYTES}.
 */
export class Encoding {
  readonly name: EncodingName;
  readonly #pattern: RegExp;
  readonly #vocabulary: Vocabulary;
  #bytes = new Uint8Array(4096);
  /** Ends of the parts of the piece that is being merged. */
  readonly #bounds = new Int32Array(MAX_PIECE_BYTES + 1);
  /** Rank of each part joined with the next. */
  readonly #ranks = new Int32Array(MAX_PIECE_BYTES + 1);
  #steps = 0;

  constructor(name: EncodingName, ranks: { readonly pat_str: string; readonly bpe_ranks: string }) {
    this.name = name;
    this.#pattern = new RegExp(ranks.pat_str, "gu");
    this.#vocabulary = new Vocabulary(ranks.bpe_ranks);
  }

  /**
   * Elementary steps done so far, each of a few nanoseconds: bytes read, ranks looked up and compared. Whoever must not
   * take long watches it.
   */
  get steps(): number {
    return this.#steps;
  }

  /** The pieces into which the text is cut before any merging: words, numbers, runs of signs or of spaces. */
  pieces(text: string): readonly string[] {
    return text.match(this.#pattern) ?? [];
  }

  /** Tokens of a text. What looks like a special token is ordinary text. */
  count(text: string): number {
    let tokens = 0;
    for (const piece of this.pieces(text)) tokens += this.countPiece(piece);
    return tokens;
  }

  /** Tokens of one of {@link Encoding.pieces}; of a number each digit is one, if it has single digits. */
  countPiece(piece: string, hasSingleDigits = false): number {
    if (hasSingleDigits && DIGITS.test(piece)) return piece.length;
    const length = this.#write(piece);
    this.#steps += length;
    if (length <= MAX_PIECE_BYTES) return this.#countBytes(0, length);
    let tokens = 0;
    for (let start = 0; start < length; start += MAX_PIECE_BYTES) {
      tokens += this.#countBytes(start, Math.min(length, start + MAX_PIECE_BYTES));
    }
    return tokens;
  }

  #countBytes(start: number, end: number): number {
    if (end - start < 2 || this.#vocabulary.rankOf(this.#bytes, start, end) >= 0)
      return end - start > 0 ? 1 : 0;
    const bounds = this.#bounds;
    const ranks = this.#ranks;
    let parts = end - start;
    for (let part = 0; part <= parts; part++) bounds[part] = start + part;
    for (let part = 0; part < parts - 1; part++) ranks[part] = this.#rankOfPair(part, parts);
    this.#steps += parts * STEPS_PER_LOOKUP;
    while (parts > 1) {
      let best = 0;
      for (let part = 1; part < parts - 1; part++) if (ranks[part]! < ranks[best]!) best = part;
      this.#steps += parts + 2 * STEPS_PER_LOOKUP;
      if (ranks[best] === NO_RANK) break;
      bounds.copyWithin(best + 1, best + 2, parts + 1);
      ranks.copyWithin(best, best + 1, parts - 1);
      parts--;
      if (best < parts - 1) ranks[best] = this.#rankOfPair(best, parts);
      if (best > 0) ranks[best - 1] = this.#rankOfPair(best - 1, parts);
    }
    return parts;
  }

  #rankOfPair(part: number, parts: number): number {
    if (part + 2 > parts) return NO_RANK;
    const rank = this.#vocabulary.rankOf(this.#bytes, this.#bounds[part]!, this.#bounds[part + 2]!);
    return rank < 0 ? NO_RANK : rank;
  }

  /** Writes a text as UTF-8 to the scratch bytes; returns their number. Half a surrogate pair becomes U+FFFD. */
  #write(text: string): number {
    if (text.length * 3 > this.#bytes.length) this.#bytes = new Uint8Array(text.length * 3);
    const bytes = this.#bytes;
    let length = 0;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit < 0x80) {
        bytes[length++] = unit;
      } else {
        return length + encoder.encodeInto(text.slice(index), bytes.subarray(length)).written;
      }
    }
    return length;
  }
}

const encoder = new TextEncoder();

const loads = new Map<EncodingName, Promise<Encoding>>();

/**
 * Loads a tokenizer, once per process. Takes about 0.1 s, most of it on the event loop: call it before listening.
 */
export function loadEncoding(name: EncodingName): Promise<Encoding> {
  const existing = loads.get(name);
  if (existing !== undefined) return existing;
  const load = importRanks(name).then((ranks) => {
    const encoding = new Encoding(name, ranks);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) encoding.count(`${round} ${WARM_UP_TEXT}`);
    return encoding;
  });
  loads.set(name, load);
  return load;
}

async function importRanks(name: EncodingName): Promise<{ pat_str: string; bpe_ranks: string }> {
  const module =
    name === "o200k_base"
      ? await import("js-tiktoken/ranks/o200k_base")
      : await import("js-tiktoken/ranks/cl100k_base");
  return module.default;
}
