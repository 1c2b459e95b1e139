const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A number of at least 0, as `13` or `0.5`; undefined for all else. */
export function parseCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}

/** A duration with units, as `6m0s`, `1h2m3.5s` or `12ms`, in milliseconds; undefined for all else. */
export function parseDurationText(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)([a-zµ]+)/g)) {
    totalMs += Number(amount) * UNIT_MS[unit!]!;
  }
  return totalMs;
}

/**
 * The wall time that a date in a header names: RFC 3339, or one of the three forms of HTTP dates, which all mean
 * GMT. Undefined for all else.
 */
export function parseDateText(text: string): number | undefined {
  const isRfc3339 = /^\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d:\d\d)$/i.test(text);
  const isHttpDate = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d/i.test(text);
  if (!isRfc3339 && !isHttpDate) return undefined;
  // The oldest form ends with the year and names no zone, which would be read as the machine's own.
  const dateMs = Date.parse(isRfc3339 || /gmt$/i.test(text) ? text.toUpperCase() : `${text} GMT`);
  return Number.isNaN(dateMs) ? undefined : dateMs;
}
