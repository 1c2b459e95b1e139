import { SECOND_MS } from "./durations.ts";
import { parseCount, parseDateText, parseDurationText } from "./time-text.ts";

/**
 * How long an answer asks to wait, in milliseconds from now: `retry-after-ms` (or Azure's `x-ms-retry-after-ms`), else
 * `Retry-After` in seconds (fractions allowed), as a duration like `1m30s`, or as a date. Undefined when it says nothing
 * or nothing that makes sense; a date in the past is 0. Names of `headers` are lower-case, `wallMs` is the present wall
 * time.
 */
export function parseRetryAfter(
  headers: Readonly<Record<string, string>>,
  wallMs: number,
): number | undefined {
  const exactMs = parseCount(headers["retry-after-ms"]) ?? parseCount(headers["x-ms-retry-after-ms"]);
  if (exactMs !== undefined) return Math.ceil(exactMs);
  const value = headers["retry-after"]?.trim();
  if (value === undefined) return undefined;
  const seconds = parseCount(value);
  if (seconds !== undefined) return Math.ceil(seconds * SECOND_MS);
  const durationMs = parseDurationText(value);
  if (durationMs !== undefined) return Math.ceil(durationMs);
  const dateMs = parseDateText(value);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - wallMs);
}
