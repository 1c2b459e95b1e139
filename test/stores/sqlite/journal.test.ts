import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callAmounts, type Limit } from "../../../src/core/limit.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { SqliteJournal } from "../../../src/stores/sqlite/journal.ts";
import { JOURNAL_MIGRATIONS } from "../../../src/stores/sqlite/journal-migrations.ts";
import { migrate } from "../../../src/stores/sqlite/migrate.ts";
import { openDatabase } from "../../../src/stores/sqlite/open-database.ts";
import { readJournal } from "../../../src/stores/sqlite/read-journal.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { OnePool } from "../../support/journal/one-pool.ts";
import { Auditor } from "../../support/scheduling/auditor.ts";
import { DAY_MS, MINUTE_MS, poolRules, requestsPer, tokensPer } from "../../support/scheduling/rules.ts";
import { printedSeed } from "../../support/scheduling/seed.ts";

const WALL_MS = Date.UTC(2026, 10, 22, 20);
const opened: DatabaseSync[] = [];
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headway-journal-"));
  path = join(folder, "journal.db");
});
afterEach(() => {
  for (const database of opened.splice(0)) database.close();
  rmSync(folder, { recursive: true });
});

/** Starts a process on the file; its monotonic clock begins where it likes. */
function startProcess(rules: PoolRules, at: { wallMs: number; monotonicMs: number }, isClean?: boolean) {
  const clock = new ManualClock(at);
  const database = openDatabase(path);
  opened.push(database);
  migrate(database, "journal", JOURNAL_MIGRATIONS);
  const read = readJournal(database, { atMs: at.monotonicMs, wallMs: at.wallMs });
  const state = isClean === undefined ? read : { ...read, isClean };
  const problems: unknown[] = [];
  const onError = (error: unknown): void => void problems.push(error);
  const onRecovered = (): void => void problems.push("recovered");
  const journal = new SqliteJournal({ database, clock, onCommit: () => {}, onError, onRecovered });
  const process = new OnePool({ clock, rules, journal, state });
  return { clock, database, journal, problems, process };
}

/** Leaves the file as a process leaves it that dies at this moment. */
function crash(): void {
  const copy = join(folder, `${opened.length}.db`);
  for (const suffix of ["", "-wal"]) {
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  }
  path = copy;
}

const DAYS: Limit[] = [
  { metric: "requests", windowMs: DAY_MS, amount: 1_000 },
  { metric: "tokens", windowMs: DAY_MS, amount: 1_000_000, calendarTimeZone: "America/Los_Angeles" },
];

describe("after an end in order", () => {
  test("everything is as it was, on another origin of time", () => {
    const rules = poolRules([requestsPer(MINUTE_MS, 100), tokensPer(MINUTE_MS, 50_000), ...DAYS]);
    const before = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 5_000 });
    const settled = before.process.start()!;
    before.clock.advance(1_000);
    const open = before.process.start(callAmounts(300, 100), 30_000)!;
    before.clock.advance(500);
    before.process.scheduler.settle(settled, callAmounts(60, 90));
    before.process.scheduler.hold(before.process.pool, 9_000);
    const limits = before.process.pool.usage.limits(before.clock.monotonicMs());
    before.journal.close();
    expect(before.problems).toEqual([]);

    const shiftMs = 777_777 - before.clock.monotonicMs();
    const after = startProcess(rules, { wallMs: before.clock.wallMs(), monotonicMs: 777_777 });
    expect(after.process.report).toEqual({ isClean: true, openSlots: 1, droppedSlots: 0, accounts: 1 });
    expect(after.process.pool.usage.limits(777_777)).toEqual(
      limits.map((limit) => ({ ...limit, resetMs: limit.resetMs! + shiftMs })),
    );
    expect(after.process.pool.usage.holdUntilMs).toBe(before.process.pool.usage.holdUntilMs + shiftMs);
    const found = after.process.scheduler.find(open.id)!;
    expect(found).toMatchObject({ state: "granted", totalTokens: 400, expireMs: open.expireMs + shiftMs });
    after.process.scheduler.settle(found, callAmounts(10, 10));
    expect(after.process.counted()).toEqual([2, 170, 2, 170]);
  });

  test("the time between has passed: windows empty, days keep counting, slots expire", () => {
    const rules = poolRules([requestsPer(MINUTE_MS, 100), ...DAYS]);
    const before = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    const lease = before.process.start(callAmounts(60, 40), 30_000)!;
    before.journal.close();

    const later = startProcess(rules, { wallMs: WALL_MS + 3_600_000, monotonicMs: 0 });
    expect(later.process.counted()).toEqual([0, 1, 100]);
    later.clock.advance(1);
    expect(later.process.scheduler.find(lease.id)?.state).toBe("expired");
    expect(later.process.counted()).toEqual([0, 1, 100]);
    later.journal.close();

    const nextDay = startProcess(rules, { wallMs: WALL_MS + 13 * 3_600_000, monotonicMs: 0 });
    expect(nextDay.process.counted()).toEqual([0, 1, 0]);
  });

  test("a slot that was settled before gives nothing back again", () => {
    const rules = poolRules([tokensPer(MINUTE_MS, 50_000)]);
    const before = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    const lease = before.process.start()!;
    before.process.scheduler.settle(lease, callAmounts(5, 5));
    before.journal.close();
    const after = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    expect(after.process.scheduler.find(lease.id)?.state).not.toBe("granted");
    expect(after.process.counted()).toEqual([10]);
  });

  test("a clock that was set back makes nothing leave early", () => {
    const rules = poolRules([requestsPer(MINUTE_MS, 100)]);
    const before = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    before.process.start();
    before.clock.advance(20_000);
    before.journal.close();
    const after = startProcess(rules, { wallMs: WALL_MS - 3_600_000, monotonicMs: 0 });
    after.clock.advance(40_999);
    expect(after.process.counted()).toEqual([1]);
    after.clock.advance(1);
    expect(after.process.counted()).toEqual([0]);
  });
});

describe("after a crash", () => {
  test("what was noted 100 ms before is there, at the latest", () => {
    const rules = poolRules([requestsPer(MINUTE_MS, 100_000)], { spacing: "none" });
    const before = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    for (let call = 0; call < 5; call++) before.process.start();
    before.clock.advance(100);
    crash();
    const after = startProcess(rules, { wallMs: before.clock.wallMs(), monotonicMs: 0 }, true);
    expect(after.process.counted()).toEqual([5]);
  });

  test("a hold is there at once", () => {
    const rules = poolRules([requestsPer(MINUTE_MS, 100)]);
    const before = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    before.process.scheduler.hold(before.process.pool, 30_000);
    crash();
    const after = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    expect(after.process.pool.usage.holdUntilMs).toBe(30_000);
  });

  test.each([
    ["evenly spaced calls, by what fits into 100 ms", requestsPer(MINUTE_MS, 30_000), "even", 51],
    ["calls of a small limit, which are kept one by one", requestsPer(MINUTE_MS, 90), "none", 0],
    ["calls of a large limit, by one hundredth", requestsPer(MINUTE_MS, 10_002), "none", 99],
    ["calls of a day, by one thousandth", { ...DAYS[0]!, amount: 100_002 }, "none", 99],
  ] as const)("makes up for %s", (_, limit, spacing, filled) => {
    const rules = poolRules([limit], { spacing });
    startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    crash();
    const after = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    expect(after.process.report.isClean).toBe(false);
    expect(after.process.counted()).toEqual([filled]);
  });

  /** Floods a pool, lets the process die in the middle, and floods the next; returns the largest window. */
  function floodOverCrash(seed: number, takenAsClean: boolean): number {
    path = join(folder, `flood-${seed}-${takenAsClean}.db`);
    const random = seededRandom(seed);
    const rules = poolRules([requestsPer(10_000, 1_000)], { spacing: "none" });
    const audit = new Auditor();
    const first = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    const flood = (process: OnePool, most: number): void => {
      for (let call = 0; call < most && process.start(callAmounts(1, 1)) !== undefined; call++) {
        audit.note(process.clock.wallMs(), 1);
      }
    };
    flood(first.process, 1 + Math.floor(random.next() * 998));
    crash();
    const downMs = Math.floor(random.next() * 5_000);
    const wallMs = first.clock.wallMs() + downMs;
    const second = startProcess(rules, { wallMs, monotonicMs: 0 }, takenAsClean ? true : undefined);
    flood(second.process, 2_000);
    second.clock.advance(12_000);
    flood(second.process, 2_000);
    expect([...first.problems, ...second.problems]).toEqual([]);
    for (const database of opened.splice(0)) database.close();
    return audit.check(10_000, 1_000).largest;
  }

  const seed = printedSeed("flood over a crash");
  const seeds = Array.from({ length: 30 }, (_, index) => seed + index);

  test("in the middle of a flood no window is over the limit", () => {
    for (const each of seeds) expect(floodOverCrash(each, false)).toBeLessThanOrEqual(998);
  });

  test("some would be, if what was lost were not made up for", () => {
    const largest = seeds.map((each) => floodOverCrash(each, true));
    expect(largest.filter((sum) => sum > 1_000).length).toBeGreaterThan(5);
  });
});

describe("the file", () => {
  test("does not grow with time", () => {
    const rules = poolRules([requestsPer(1_000, 1_000), ...DAYS], { spacing: "none" });
    const live = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    const sizeAfter = (calls: number): number => {
      for (let call = 0; call < calls; call++) {
        const lease = live.process.start(callAmounts(1, 1));
        if (lease !== undefined) live.process.scheduler.settle(lease, callAmounts(1, 1));
        live.clock.advance(2_000);
      }
      live.journal.commit();
      live.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return statSync(path).size;
    };
    const sizes = [sizeAfter(3_000), sizeAfter(3_000), sizeAfter(3_000)];
    expect(Math.max(...sizes)).toBeLessThan(sizes[0]! + 100_000);
    const batches = live.database.prepare("SELECT count(*) AS count FROM journal_batch").get();
    expect(Number(batches?.count)).toBeLessThan(200);
  });

  test("that cannot be written is reported, and what waited is kept once it can be", () => {
    const rules = poolRules([requestsPer(MINUTE_MS, 100)], { spacing: "none" });
    const live = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    live.database.exec("PRAGMA query_only = ON");
    for (let call = 0; call < 5; call++) live.process.start();
    live.clock.advance(2_500);
    expect(live.problems.length).toBe(1);
    live.database.exec("PRAGMA query_only = OFF");
    live.clock.advance(1_000);
    crash();
    const after = startProcess(rules, { wallMs: live.clock.wallMs(), monotonicMs: 0 });
    expect(after.process.counted()).toEqual([5]);
    expect(live.problems).toEqual([expect.any(Error), "recovered"]);
  });

  test("is found to be written again also when nothing is left to write", () => {
    const rules = poolRules([requestsPer(MINUTE_MS, 100)]);
    const live = startProcess(rules, { wallMs: WALL_MS, monotonicMs: 0 });
    live.process.start();
    live.clock.advance(100);
    live.database.exec("PRAGMA query_only = ON");
    live.journal.checkpoint(live.process.pool.id);
    live.clock.advance(2_500);
    expect(live.problems.length).toBe(1);
    live.database.exec("PRAGMA query_only = OFF");
    live.clock.advance(1_000);
    expect(live.problems).toEqual([expect.any(Error), "recovered"]);
    crash();
    const after = startProcess(rules, { wallMs: live.clock.wallMs(), monotonicMs: 0 });
    expect(after.process.counted()).toEqual([1]);
  });
});
