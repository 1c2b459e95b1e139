/** A border is looked for within this part of the text on the side where it may be, and not further than this. */
const SEARCHED_PART = 0.3;
const MAX_SEARCHED_CHARS = 2_000;
const SENTENCE_END = /[.!?…]["'”’)\]]*\s$/u;
const WIDE_SENTENCE_END = /[。！？]$/u;
/** Longest end of a sentence that is recognised: the mark, closing quotes and brackets, a space. */
const END_CHARS = 6;

/**
 * The best place to end a text at or before `atMost`: after a paragraph, else a line, else a sentence, else a word, else
 * just there, but never inside a character. Always above 0 and at most `atMost`, which must be from 1 to the length.
 */
export function borderBefore(text: string, atMost: number): number {
  if (atMost >= text.length) return text.length;
  const least = atMost - searchedChars(atMost);
  for (const isBorder of BORDERS) {
    for (let place = atMost; place > least; place--) if (isBorder(text, place)) return place;
  }
  return atMost > 1 && splitsCharacter(text, atMost) ? atMost - 1 : atMost;
}

/** The same from the other side: the best place, at or after `atLeast`, for a text to go on. At most its length. */
export function borderAfter(text: string, atLeast: number): number {
  if (atLeast <= 0) return 0;
  const most = atLeast + searchedChars(text.length - atLeast);
  for (const isBorder of BORDERS) {
    for (let place = atLeast; place < most; place++) if (isBorder(text, place)) return place;
  }
  return splitsCharacter(text, atLeast) ? atLeast + 1 : atLeast;
}

const BORDERS: readonly ((text: string, place: number) => boolean)[] = [
  (text, place) => text[place - 1] === "\n" && text[place - 2] === "\n",
  (text, place) => text[place - 1] === "\n",
  endsSentence,
  (text, place) => isSpace(text[place - 1]),
];

function endsSentence(text: string, place: number): boolean {
  const last = text[place - 1];
  if (last === undefined) return false;
  if (WIDE_SENTENCE_END.test(last)) return true;
  return isSpace(last) && SENTENCE_END.test(text.slice(Math.max(0, place - END_CHARS), place));
}

function searchedChars(chars: number): number {
  return Math.min(MAX_SEARCHED_CHARS, Math.floor(chars * SEARCHED_PART));
}

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\n" || character === "\t";
}

/** Whether the place lies between the halves of a surrogate pair. */
function splitsCharacter(text: string, place: number): boolean {
  const before = text.charCodeAt(place - 1);
  return before >= 0xd800 && before <= 0xdbff;
}
