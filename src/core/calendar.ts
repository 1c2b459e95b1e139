import { DAY_MS, HOUR_MS, MINUTE_MS } from "./durations.ts";

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
  return firstMinute(wallMs, wallMs + 27 * HOUR_MS, isLater);
}

/** A wall time as its UTC day, `2026-11-22`. */
export function utcDayText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10);
}

/** A wall time as the start of its UTC hour, `2026-11-22T09:00:00Z`. */
export function utcHourText(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 13)}:00:00Z`;
}

/** A stretch of the calendar. */
export type CalendarPeriod = "hour" | "day" | "week" | "month";

/** A stretch of wall time in milliseconds since the Unix epoch, the end excluded. */
export interface PeriodBounds {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The calendar period that holds `wallMs`, in an IANA time zone: from one full hour, midnight, Monday or first of a
 * month to the next. Right across changes of summer time, where days have 23 or 25 hours. A change that is no whole
 * hour starts a new hour.
 */
export function periodBounds(period: CalendarPeriod, wallMs: number, timeZone: string): PeriodBounds {
  if (period === "hour") return hourBounds(wallMs, timeZone);
  const local = localMs(wallMs, timeZone);
  const dayMs = Math.floor(local / DAY_MS) * DAY_MS;
  if (period === "day") return boundsOf(dayMs, dayMs + DAY_MS, timeZone);
  if (period === "week") {
    const mondayMs = dayMs - ((((dayMs / DAY_MS + 3) % 7) + 7) % 7) * DAY_MS;
    return boundsOf(mondayMs, mondayMs + 7 * DAY_MS, timeZone);
  }
  const date = new Date(local);
  const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
  return boundsOf(month(0), month(1), timeZone);
}

function boundsOf(localStartMs: number, localEndMs: number, timeZone: string): PeriodBounds {
  return { startMs: firstAtMs(localStartMs, timeZone), endMs: firstAtMs(localEndMs, timeZone) };
}

/** The first instant at which the wall clock of a time zone shows `local` or, where that is skipped, a later time. */
function firstAtMs(local: number, timeZone: string): number {
  const offsetMs = localMs(local, timeZone) - local;
  const guessMs = local - offsetMs;
  const reached = (wallMs: number) => localMs(wallMs, timeZone) >= local;
  if (reached(guessMs) && !reached(guessMs - MINUTE_MS)) return guessMs;
  return firstMinute(local - 15 * 60 * MINUTE_MS, local + 13 * 60 * MINUTE_MS, reached);
}

function hourBounds(wallMs: number, timeZone: string): PeriodBounds {
  const offsetAt = (atMs: number) => localMs(atMs, timeZone) - atMs;
  const offsetMs = offsetAt(wallMs);
  const intoHourMs = (((wallMs + offsetMs) % HOUR_MS) + HOUR_MS) % HOUR_MS;
  let startMs = wallMs - intoHourMs;
  let endMs = startMs + HOUR_MS;
  const isBefore = (atMs: number) => offsetAt(atMs) !== offsetMs;
  if (isBefore(startMs)) startMs = firstMinute(startMs, wallMs, (atMs) => !isBefore(atMs));
  if (isBefore(endMs - 1)) endMs = firstMinute(wallMs, endMs, isBefore);
  return { startMs, endMs };
}

/** The first whole minute after `beforeMs` at which a condition holds that holds from then on to `afterMs`. */
function firstMinute(beforeMs: number, afterMs: number, holds: (wallMs: number) => boolean): number {
  let before = Math.floor(beforeMs / MINUTE_MS) * MINUTE_MS;
  let after = Math.ceil(afterMs / MINUTE_MS) * MINUTE_MS;
  while (after - before > MINUTE_MS) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
    if (holds(middle)) after = middle;
    else before = middle;
  }
  return after;
}
