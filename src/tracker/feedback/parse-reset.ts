import { parseCount, parseDateText, parseDurationText } from "../../core/time-text.ts";

/** Bare numbers from here on are seconds since 1970 and not a number of seconds: no reset is 31 years away. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MS = 1e12;

/**
 * When a limit is whole again, in whole milliseconds from now and at least 0: a duration (`6m0s`, `12ms`), a date (RFC 3339 or
 * HTTP), seconds from now, or seconds or milliseconds since 1970. Undefined for all else.
 */
export function parseReset(text: string | undefined, nowWallMs: number): number | undefined {
  const trimmed = text?.trim();
  if (trimmed === undefined) return undefined;
  const number = parseCount(trimmed);
  if (number !== undefined) {
    if (number >= EPOCH_MS) return Math.max(0, number - nowWallMs);
    if (number >= EPOCH_SECONDS) return Math.max(0, Math.round(number * 1_000) - nowWallMs);
    return Math.round(number * 1_000);
  }
  const durationMs = parseDurationText(trimmed);
  if (durationMs !== undefined) return Math.round(durationMs);
  const dateMs = parseDateText(trimmed);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - nowWallMs);
}
