import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CalendarPeriod, nextMidnightMs, periodBounds } from "../../src/core/calendar.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Half-hour and quarter-hour offsets, both hemispheres, midnight changes, and a change of half an hour. */
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Los_Angeles",
  "America/Santiago",
  "America/St_Johns",
  "Africa/Cairo",
  "Asia/Beirut",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "Pacific/Apia",
];

const zone = fc.constantFrom(...ZONES);
const period = fc.constantFrom<CalendarPeriod>("hour", "day", "week", "month");
const wall = fc.oneof(
  fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2035, 0, 1) }),
  fc.integer({ min: -3 * HOUR_MS, max: 50 * HOUR_MS }).map((offset) => Date.UTC(2028, 1, 28) + offset),
  fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }).map((offset) => Date.UTC(2026, 9, 25) + offset),
  fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }).map((offset) => Date.UTC(2026, 3, 5) + offset),
);

/** What the clock on the wall shows. */
function shown(wallMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(wallMs);
}

describe("periods of the calendar", () => {
  test.each<[CalendarPeriod, string, string, string, string]>([
    ["day", "Europe/Berlin", "2026-03-29T10:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z"],
    ["day", "Europe/Berlin", "2026-10-25T10:00Z", "2026-10-24T22:00Z", "2026-10-25T23:00Z"],
    ["day", "Asia/Beirut", "2026-03-29T10:00Z", "2026-03-28T22:00Z", "2026-03-29T21:00Z"],
    ["hour", "Europe/Berlin", "2026-10-25T00:30Z", "2026-10-25T00:00Z", "2026-10-25T01:00Z"],
    ["hour", "Asia/Kathmandu", "2026-10-25T00:30Z", "2026-10-25T00:15Z", "2026-10-25T01:15Z"],
    ["hour", "Australia/Lord_Howe", "2026-04-04T15:10Z", "2026-04-04T15:00Z", "2026-04-04T15:30Z"],
    ["week", "UTC", "2026-11-22T23:59Z", "2026-11-16T00:00Z", "2026-11-23T00:00Z"],
    ["week", "America/New_York", "2026-03-08T12:00Z", "2026-03-02T05:00Z", "2026-03-09T04:00Z"],
    ["month", "UTC", "2028-02-29T12:00Z", "2028-02-01T00:00Z", "2028-03-01T00:00Z"],
    ["month", "UTC", "2026-12-31T23:59Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z"],
    ["month", "America/Los_Angeles", "2026-11-30T08:30Z", "2026-11-01T07:00Z", "2026-12-01T08:00Z"],
  ])("the %s in %s that holds %s", (name, timeZone, at, start, end) => {
    expect(periodBounds(name, Date.parse(at), timeZone)).toEqual({
      startMs: Date.parse(start),
      endMs: Date.parse(end),
    });
  });

  test("every instant is inside its period, and periods follow one another without gap", () => {
    fc.assert(
      fc.property(period, zone, wall, (name, timeZone, wallMs) => {
        const { startMs, endMs } = periodBounds(name, wallMs, timeZone);
        expect(startMs <= wallMs && wallMs < endMs).toBe(true);
        expect(periodBounds(name, startMs, timeZone)).toEqual({ startMs, endMs });
        expect(periodBounds(name, endMs - 1, timeZone)).toEqual({ startMs, endMs });
        expect(periodBounds(name, endMs, timeZone).startMs).toBe(endMs);
        expect(periodBounds(name, startMs - 1, timeZone).endMs).toBe(startMs);
      }),
      { numRuns: 1_500, seed: 22 },
    );
  });

  test("days, weeks and months start at the first instant of a date, a Monday, a first", () => {
    fc.assert(
      fc.property(period, zone, wall, (name, timeZone, wallMs) => {
        const { startMs } = periodBounds(name, wallMs, timeZone);
        if (name === "hour") return;
        const date = shown(startMs, timeZone).slice(0, 10);
        expect(shown(startMs - 1, timeZone).slice(0, 10) < date).toBe(true);
        if (name === "week") expect(new Date(`${date}T12:00Z`).getUTCDay()).toBe(1);
        if (name === "month") expect(date.slice(8)).toBe("01");
      }),
      { numRuns: 1_000, seed: 23 },
    );
  });

  test("an hour lasts an hour wherever summer time moves by whole hours", () => {
    fc.assert(
      fc.property(zone, wall, (timeZone, wallMs) => {
        const { startMs, endMs } = periodBounds("hour", wallMs, timeZone);
        if (timeZone !== "Australia/Lord_Howe") expect(endMs - startMs).toBe(HOUR_MS);
        else expect([HOUR_MS, HOUR_MS / 2]).toContain(endMs - startMs);
      }),
      { numRuns: 1_000, seed: 24 },
    );
  });

  test("the next midnight ends the day", () => {
    fc.assert(
      fc.property(zone, wall, (timeZone, wallMs) => {
        expect(nextMidnightMs(wallMs, timeZone)).toBe(periodBounds("day", wallMs, timeZone).endMs);
      }),
      { numRuns: 500, seed: 25 },
    );
  });
});
