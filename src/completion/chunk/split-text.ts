import type { Segment } from "../../fallback/context/segments.ts";

/** More parts than this are not asked: 200 MB for a model with a context of 128,000 tokens. */
const MAX_PARTS = 1_000;

/**
 * The parts of a text of this length, made one after the other so that other work can go on between them. Undefined: it
 * cannot be split so, or only into more than {@link MAX_PARTS}.
 */
export async function splitText(
  textLength: number,
  segments: Generator<Segment, void>,
): Promise<readonly string[] | undefined> {
  const parts: string[] = [];
  let end = 0;
  for (const segment of segments) {
    parts.push(segment.text);
    end = segment.end;
    if (parts.length >= MAX_PARTS) break;
    await new Promise(setImmediate);
  }
  return end < textLength ? undefined : parts;
}
