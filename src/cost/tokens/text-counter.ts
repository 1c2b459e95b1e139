import type { Random } from "../../core/random.ts";
import type { Encoding } from "./encoding.ts";

/** Tokens of some texts. */
export interface TextCount {
  readonly tokens: number;
  /** False when only samples of the text were counted. */
  readonly isExact: boolean;
  /** How far off a sampled count may be, in tokens: two standard errors. 0 for an exact count. */
  readonly errorTokens: number;
}

/** How texts become tokens. */
export interface Tokenizer {
  readonly encoding: Encoding;
  /** See {@link Encoding.countPiece}. */
  readonly hasSingleDigits: boolean;
}

/** Most characters that are counted one by one; of longer texts about as many are sampled. */
const EXACT_CHARS = 8192;
const WINDOW_CHARS = 512;
/** The windows in an order in which any first few are spread over the whole text. */
const WINDOW_ORDER = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
/** Windows that are counted even when the text is costly. */
const MIN_WINDOWS = 4;
/** Work for one request, in steps of {@link Encoding.steps}: about 2 ms. Text that needs more is sampled less. */
const MAX_STEPS = 320_000;

/**
 * Counts the tokens of a request's texts in bounded time. Up to 8,192 characters together are counted exactly. Longer
 * ones, and ones that would take too long, are sampled: one window of 512 characters at a random place in each
 * sixteenth of the text, so that nobody can hide dear text where it is not looked at.
 */
export function countTexts(texts: readonly string[], tokenizer: Tokenizer, random: Random): TextCount {
  let chars = 0;
  for (const text of texts) chars += text.length;
  const exact = chars <= EXACT_CHARS ? countWithin(texts, tokenizer) : undefined;
  return exact === undefined
    ? sample(texts, chars, tokenizer, random)
    : { tokens: exact, isExact: true, errorTokens: 0 };
}

/** Undefined when the work exceeds its bound. */
function countWithin(texts: readonly string[], { encoding, hasSingleDigits }: Tokenizer): number | undefined {
  const lastStep = encoding.steps + MAX_STEPS / 2;
  let tokens = 0;
  for (const text of texts) {
    for (const piece of encoding.pieces(text)) {
      for (let start = 0; start < piece.length; start += WINDOW_CHARS) {
        if (encoding.steps > lastStep) return undefined;
        tokens += encoding.countPiece(piece.slice(start, start + WINDOW_CHARS), hasSingleDigits);
      }
    }
  }
  return tokens;
}

interface Window {
  readonly tokens: number;
  readonly chars: number;
}

function sample(texts: readonly string[], chars: number, tokenizer: Tokenizer, random: Random): TextCount {
  const { encoding } = tokenizer;
  const ends = new Float64Array(texts.length);
  let end = 0;
  for (let index = 0; index < texts.length; index++) {
    end += texts[index]!.length;
    ends[index] = end;
  }
  const stratumChars = chars / WINDOW_ORDER.length;
  const windows: Window[] = [];
  const lastStep = encoding.steps + MAX_STEPS / 2;
  for (const stratum of WINDOW_ORDER) {
    const slack = Math.max(0, stratumChars - WINDOW_CHARS);
    const start = Math.floor(stratum * stratumChars + random.next() * slack);
    windows.push(countWindow(texts, ends, start, tokenizer));
    if (windows.length >= MIN_WINDOWS && encoding.steps > lastStep) break;
  }
  return extrapolate(windows, chars);
}

/** Ratio of the sums, and twice its standard error as for a simple random sample, which errs on the safe side. */
function extrapolate(windows: readonly Window[], chars: number): TextCount {
  let tokens = 0;
  let counted = 0;
  for (const window of windows) {
    tokens += window.tokens;
    counted += window.chars;
  }
  const density = tokens / counted;
  let squares = 0;
  for (const window of windows) squares += (window.tokens - density * window.chars) ** 2;
  const deviation = Math.sqrt(squares / (windows.length - 1));
  const standardError = (deviation * Math.sqrt(windows.length)) / counted;
  return {
    tokens: Math.round(density * chars),
    isExact: false,
    errorTokens: Math.ceil(2 * standardError * chars),
  };
}

/** Counts from a place in the joined texts on, over as many texts as the window spans. */
function countWindow(
  texts: readonly string[],
  ends: Float64Array,
  start: number,
  tokenizer: Tokenizer,
): Window {
  let index = indexAt(ends, start);
  let offset = start - (index === 0 ? 0 : ends[index - 1]!);
  let left = WINDOW_CHARS;
  let tokens = 0;
  let chars = 0;
  for (; left > 0 && index < texts.length; index++) {
    const text = texts[index]!;
    const slice = text.slice(offset, offset + left);
    const counted = countSlice(slice, offset > 0, offset + slice.length < text.length, tokenizer);
    tokens += counted.tokens;
    chars += counted.chars;
    left -= slice.length;
    offset = 0;
  }
  return { tokens, chars: Math.max(1, chars) };
}

/** Counts a slice without the pieces that the cut has torn, unless hardly any are left then. */
function countSlice(
  slice: string,
  isCutBefore: boolean,
  isCutAfter: boolean,
  { encoding, hasSingleDigits }: Tokenizer,
): Window {
  const pieces = encoding.pieces(slice);
  const canTrim = pieces.length > 8;
  const first = canTrim && isCutBefore ? 1 : 0;
  const last = canTrim && isCutAfter ? pieces.length - 1 : pieces.length;
  let tokens = 0;
  let chars = 0;
  for (let index = first; index < last; index++) {
    tokens += encoding.countPiece(pieces[index]!, hasSingleDigits);
    chars += pieces[index]!.length;
  }
  return { tokens, chars };
}

/** Index of the text that holds a position. */
function indexAt(ends: Float64Array, position: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
