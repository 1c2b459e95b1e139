import { DAY_MS, HOUR_MS } from "../../core/durations.ts";

/** A stretch of wall time, the end excluded. Either bound may be infinite. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** From which sums the answer to a query is put together: stretches that do not overlap. */
export interface RangePlan {
  /** To be read row by row. */
  readonly rows: readonly TimeRange[];
  /** To be read from sums by the hour; both bounds are whole hours. */
  readonly hours: readonly TimeRange[];
  /** To be read from sums by the day; both bounds are whole days. */
  readonly days: readonly TimeRange[];
}

/**
 * Splits a range: whole days by the day, whole hours by the hour, and the rest row by row. Before `rowsFromMs` no
 * single rows are kept, and a bound that cuts an hour takes in all of it; before `hoursFromMs`, a whole day, the same
 * holds for days. `useDays` false: hours are asked for, and days serve only where no hours are kept.
 */
export function planRanges(options: {
  readonly startMs: number;
  readonly endMs: number;
  readonly rowsFromMs: number;
  readonly hoursFromMs: number;
  readonly useDays: boolean;
}): RangePlan {
  const { hoursFromMs, useDays } = options;
  const wide = widen(options);
  if (wide.startMs >= wide.endMs) return { rows: [], hours: [], days: [] };
  const byHour = inner(wide, HOUR_MS);
  if (byHour === undefined) return { rows: [wide], hours: [], days: [] };
  const rows = around(wide, byHour);
  const byDay = inner(
    useDays ? byHour : { startMs: byHour.startMs, endMs: Math.min(byHour.endMs, hoursFromMs) },
    DAY_MS,
  );
  if (byDay === undefined) return { rows, hours: [byHour], days: [] };
  return { rows, hours: around(byHour, byDay), days: [byDay] };
}

/** The start of the hour or day that holds a wall time. */
export function startOfUnit(wallMs: number, unitMs: number): number {
  return Math.floor(wallMs / unitMs) * unitMs;
}

/** Takes in all of an hour or day that a bound cuts and whose parts are no longer known. */
function widen(options: {
  readonly startMs: number;
  readonly endMs: number;
  readonly rowsFromMs: number;
  readonly hoursFromMs: number;
}): TimeRange {
  let { startMs, endMs } = options;
  if (startMs >= endMs) return { startMs, endMs };
  if (startMs < options.rowsFromMs) {
    startMs = startOfUnit(startMs, HOUR_MS);
    if (startOfUnit(endMs, HOUR_MS) < options.rowsFromMs) endMs = endOfUnit(endMs, HOUR_MS);
  }
  if (startMs < options.hoursFromMs) {
    startMs = startOfUnit(startMs, DAY_MS);
    if (startOfUnit(endMs, DAY_MS) < options.hoursFromMs) endMs = endOfUnit(endMs, DAY_MS);
  }
  return { startMs, endMs };
}

/** The largest range of whole units inside a range. */
function inner(range: TimeRange, unitMs: number): TimeRange | undefined {
  const startMs = endOfUnit(range.startMs, unitMs);
  const endMs = startOfUnit(range.endMs, unitMs);
  return startMs < endMs ? { startMs, endMs } : undefined;
}

/** The part of a range that lies in another. */
export function within(range: TimeRange, other: TimeRange): TimeRange | undefined {
  const startMs = Math.max(range.startMs, other.startMs);
  const endMs = Math.min(range.endMs, other.endMs);
  return startMs < endMs ? { startMs, endMs } : undefined;
}

/** What is left of a range before and after a part of it. */
export function around(range: TimeRange, part: TimeRange): TimeRange[] {
  const before = { startMs: range.startMs, endMs: part.startMs };
  const after = { startMs: part.endMs, endMs: range.endMs };
  return [before, after].filter(({ startMs, endMs }) => startMs < endMs);
}

function endOfUnit(wallMs: number, unitMs: number): number {
  return Math.ceil(wallMs / unitMs) * unitMs;
}
