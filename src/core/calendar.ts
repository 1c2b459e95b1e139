const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** A wall time as the clock on the wall of a time zone shows it, in milliseconds since 1970 of that wall. */
function localMs(wallMs: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(wallMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (wallMs - Math.floor(wallMs / 1000) * 1000);
}

/**
 * The first instant of the calendar day after the one that holds `wallMs`, in an IANA time zone. Right across
 * changes of summer time, where days have 23 or 25 hours and some days start at 01:00.
 */
export function nextMidnightMs(wallMs: number, timeZone: string): number {
  const today = Math.floor(localMs(wallMs, timeZone) / DAY_MS);
  const isLater = (candidateMs: number) => Math.floor(localMs(candidateMs, timeZone) / DAY_MS) > today;
  let before = Math.floor(wallMs / MINUTE_MS) * MINUTE_MS;
  let after = before + 27 * 60 * MINUTE_MS;
  while (after - before > MINUTE_MS) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (isLater(middle)) after = middle;
    else before = middle;
  }
  return after;
}

/** A wall time as its UTC day, `2026-11-22`. */
export function utcDayText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10);
}

/** A wall time as the start of its UTC hour, `2026-11-22T09:00:00Z`. */
export function utcHourText(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 13)}:00:00Z`;
}
