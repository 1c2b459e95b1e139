import { borderAfter, borderBefore } from "./text-border.ts";

/** Stands where text was left out. */
export const GAP = "\n[…]\n";

/**
 * The beginning and the end of a text, cut at sentences where it has any, with {@link GAP} between them: at most
 * `maxChars` characters, and more than the gap. Undefined: there is no room for that. The text itself when it is short
 * enough.
 */
export function keepEnds(text: string, maxChars: number): string | undefined {
  if (text.length <= maxChars) return text;
  const sideChars = Math.floor((maxChars - GAP.length) / 2);
  if (sideChars < 1) return undefined;
  const head = text.slice(0, borderBefore(text, sideChars)).trimEnd();
  const tail = text.slice(borderAfter(text, text.length - sideChars)).trimStart();
  return head === "" && tail === "" ? undefined : `${head}${GAP}${tail}`;
}
