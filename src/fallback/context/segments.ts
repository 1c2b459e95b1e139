import { borderAfter, borderBefore } from "./text-border.ts";

/** Shorter segments than this are not tried: what surrounds them is then too large. */
const MIN_SEGMENT_CHARS = 200;
const SHRINK = 0.8;

/** A stretch of a text. */
export interface Segment {
  readonly text: string;
  /** Index of its first character. */
  readonly start: number;
  /** Index behind its last character. */
  readonly end: number;
}

/** How a text is to be split. */
export interface SegmentOptions {
  /** What a segment probably can have, in characters; `fits` has the last word. */
  readonly likelyChars: number;
  /** The part of a segment, 0 to 0.5, that is repeated at the beginning of the next. */
  readonly overlap: number;
  /** Whether a segment is small enough. */
  readonly fits: (text: string) => boolean;
}

/**
 * Splits a text at paragraphs, else lines, sentences or words, into segments that fit, each beginning with the end of
 * the one before. Together they hold the whole text. One at a time, so that other work can go on between them. Ends
 * early, before the text does, when not even a short segment fits.
 */
export function* segments(text: string, options: SegmentOptions): Generator<Segment, void> {
  let start = 0;
  for (;;) {
    const end = segmentEnd(text, start, options);
    if (end === undefined) return;
    yield { text: text.slice(start, end), start, end };
    if (end >= text.length) return;
    const overlapStart = end - Math.floor((end - start) * options.overlap);
    const next = start + borderAfter(text.slice(start, end), overlapStart - start);
    start = next > start && next < end ? next : end;
  }
}

function segmentEnd(text: string, start: number, { likelyChars, fits }: SegmentOptions): number | undefined {
  const rest = text.length - start;
  let chars = Math.max(MIN_SEGMENT_CHARS, Math.floor(likelyChars));
  for (;;) {
    const window = text.slice(start, start + Math.min(rest, chars + 1));
    const end = borderBefore(window, Math.min(rest, chars));
    if (fits(text.slice(start, start + end))) return start + end;
    if (chars <= MIN_SEGMENT_CHARS) return undefined;
    chars = Math.max(MIN_SEGMENT_CHARS, Math.floor(Math.min(chars, rest) * SHRINK));
  }
}
