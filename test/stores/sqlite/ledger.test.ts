import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SystemClock } from "../../../src/core/clock.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { LedgerHealth } from "../../../src/cost/ledger/ledger-health.ts";
import { SqliteLedger, type SqliteLedgerOptions } from "../../../src/stores/sqlite/ledger.ts";
import { countRows } from "../../support/ledger/count-rows.ts";
import { EVERYTHING, testLedgerContract } from "../../support/ledger/ledger-contract.ts";
import { makeEntry, randomEntry } from "../../support/ledger/make-entry.ts";

const DAY_MS = 86_400_000;
const FOREVER_MS = 100 * 365 * DAY_MS;
const NOON_MS = Date.UTC(2026, 10, 22, 12);

let folder: string;
let path: string;
const opened: SqliteLedger[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headway-ledger-"));
  path = join(folder, "data", "headway.db");
});
afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.close().catch(() => {});
  rmSync(folder, { recursive: true });
});

async function open(options: Partial<SqliteLedgerOptions> = {}): Promise<SqliteLedger> {
  const ledger = await SqliteLedger.open({
    path,
    retentionMs: FOREVER_MS,
    clock: new SystemClock(),
    ...options,
  });
  opened.push(ledger);
  return ledger;
}

/** Works on the file beside the ledger. */
function withFile<Value>(work: (database: DatabaseSync) => Value): Value {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

describe("the contract of ledgers", () => {
  testLedgerContract(() => open());
});

describe("keeping", () => {
  test("what was flushed is there after a restart, and can be read as text", async () => {
    const entry = makeEntry({ wallMs: NOON_MS, tags: { team: "blue" }, taskType: "chat", traceId: "abc" });
    const first = await open();
    first.record(entry);
    await first.flush();
    await first.close();
    const second = await open();
    const asked = { ...EVERYTHING, groupBy: ["model", "tag:team", "day"] as const };
    expect(await second.query(asked)).toEqual(countRows([entry], asked));
    const row = withFile((database) => database.prepare("SELECT * FROM ledger").get());
    expect(row).toMatchObject({
      time: "2026-11-22T12:00:00.000Z",
      tenant: "default",
      model: "openai/gpt-4o-mini",
      deployment: "openai/gpt-4o-mini",
      task_type: "chat",
      tags: '{"team":"blue"}',
      total_nano_usd: 27_000,
      price_source: "config",
      request_id: "req_1",
      trace_id: "abc",
    });
  });

  test("rows are written 100 ms after the first of a group, without being asked to", async () => {
    const clock = new ManualClock({ wallMs: NOON_MS });
    const ledger = await open({ clock });
    ledger.record(makeEntry({ wallMs: NOON_MS }));
    const written = (): unknown =>
      withFile((database) => database.prepare("SELECT count(*) AS n FROM ledger_row").get()!.n);
    clock.advance(99);
    expect(written()).toBe(0);
    clock.advance(1);
    await ledger.flush();
    expect(written()).toBe(1);
  });

  test("what a killed process had flushed is all there", async () => {
    const script = `
      import { SystemClock } from ${JSON.stringify(join(process.cwd(), "src/core/clock.ts"))};
      import { SqliteLedger } from ${JSON.stringify(join(process.cwd(), "src/stores/sqlite/ledger.ts"))};
      import { makeEntry } from ${JSON.stringify(join(process.cwd(), "test/support/ledger/make-entry.ts"))};
      const ledger = await SqliteLedger.open({ path: process.argv[2], retentionMs: 1e12, clock: new SystemClock() });
      for (let count = 1; ; count++) {
        ledger.record(makeEntry({ wallMs: Date.now() }));
        await ledger.flush();
        process.stdout.write(count + "\\n");
      }`;
    const file = join(folder, "record.ts");
    writeFileSync(file, script);
    const child = spawn(process.execPath, [file, path], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8");
    for await (const chunk of child.stdout) {
      text += chunk;
      if (text.split("\n").length > 20) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    const flushed = Math.max(...text.split("\n").slice(0, -1).map(Number));
    expect(flushed).toBeGreaterThanOrEqual(20);
    const ledger = await open();
    const { totals } = await ledger.query(EVERYTHING);
    expect(totals.requests).toBeGreaterThanOrEqual(flushed);
    expect(totals.cost!.totalNanoUsd).toBe(27_000n * BigInt(totals.requests));
    const rows = withFile((database) => database.prepare("SELECT count(*) AS n FROM ledger_row").get()!.n);
    expect(rows).toBe(totals.requests);
  });

  test("rows that a killed process had not added to the sums yet are counted, and added later", async () => {
    const random = seededRandom(11);
    const entries = Array.from({ length: 300 }, () => randomEntry(random, NOON_MS - 3 * DAY_MS, NOON_MS));
    const first = await open();
    for (const entry of entries) first.record(entry);
    await first.flush();
    // What is in the file now is what a process leaves behind that is killed.
    copyFileSync(path, `${path}.copy`);
    copyFileSync(`${path}-wal`, `${path}.copy-wal`);
    await first.close();
    path = `${path}.copy`;
    const unsummed = (): unknown =>
      withFile(
        (database) =>
          database
            .prepare("SELECT max(ledger_row.id) - summed_row_id AS n FROM ledger_row, ledger_state")
            .get()!.n,
      );
    expect(unsummed()).toBe(300);
    const second = await open();
    const asked = { ...EVERYTHING, groupBy: ["tag", "model", "day"] as const };
    expect(await second.query(asked)).toEqual(countRows(entries, asked));
    expect(unsummed()).toBe(0);
  });

  test("a row whose sum with others would be too large costs no other", async () => {
    const half = { inputNanoUsd: 2n ** 62n, outputNanoUsd: 0n, totalNanoUsd: 2n ** 62n, priceSource: "" };
    const first = await open();
    for (let index = 0; index < 9; index++) first.record(makeEntry(index % 4 === 1 ? { cost: half } : {}));
    await first.flush();
    await first.close();
    expect(first.lostRowCount).toBe(1);
    const second = await open();
    expect((await second.query(EVERYTHING)).totals).toMatchObject({
      requests: 8,
      cost: { totalNanoUsd: 2n ** 62n + 7n * 27_000n },
    });
  });

  test("a question whose answer would be too large says so, and a smaller one is answered", async () => {
    const ledger = await open();
    const half = { inputNanoUsd: 2n ** 62n, outputNanoUsd: 0n, totalNanoUsd: 2n ** 62n, priceSource: "" };
    for (const tenant of ["one", "two"]) ledger.record(makeEntry({ tenant, cost: half }));
    await expect(ledger.query(EVERYTHING)).rejects.toThrow(/over 9 billion dollars.*ask for less time/);
    const { totals } = await ledger.query({ ...EVERYTHING, tenant: "one" });
    expect(totals.cost?.totalNanoUsd).toBe(2n ** 62n);
  });

  test("one row that cannot be kept costs no other", async () => {
    const ledger = await open();
    const tooMuch = { inputNanoUsd: 2n ** 70n, outputNanoUsd: 0n, totalNanoUsd: 2n ** 70n, priceSource: "" };
    for (let index = 0; index < 9; index++) ledger.record(makeEntry(index === 4 ? { cost: tooMuch } : {}));
    await ledger.flush();
    expect((await ledger.query(EVERYTHING)).totals.requests).toBe(8);
    expect(ledger.lostRowCount).toBe(1);
    expect(ledger.health()).toEqual({ kind: "healthy" });
  });

  test("rows that cannot be kept cost no other of the several batches that are written with them", async () => {
    const ledger = await open();
    const tooMuch = { inputNanoUsd: 2n ** 70n, outputNanoUsd: 0n, totalNanoUsd: 2n ** 70n, priceSource: "" };
    const isBad = (index: number): boolean => index === 4 || index === 300;
    const good: ReturnType<typeof makeEntry>[] = [];
    for (let index = 0; index < 900; index++) {
      const entry = makeEntry({ requestId: `req_${index}`, ...(isBad(index) && { cost: tooMuch }) });
      if (!isBad(index)) good.push(entry);
      ledger.record(entry);
    }
    const asked = { ...EVERYTHING, groupBy: ["tag", "model"] as const };
    expect(await ledger.query(asked)).toEqual(countRows(good, asked));
    expect(ledger.lostRowCount).toBe(2);
    expect(ledger.health()).toEqual({ kind: "healthy" });
  });
});

describe("letting go", () => {
  /** 10 rows a day for 10 days, the last of them today. */
  function fill(ledger: SqliteLedger): ReturnType<typeof makeEntry>[] {
    const random = seededRandom(3);
    const todayMs = NOON_MS - 12 * 3_600_000;
    const entries = Array.from({ length: 100 }, (_, index) => {
      const dayMs = todayMs - (9 - Math.floor(index / 10)) * DAY_MS;
      return randomEntry(random, dayMs, dayMs + DAY_MS);
    });
    for (const entry of entries) ledger.record(entry);
    return entries;
  }

  test("rows go after the retention, and sums by the day and hour stay exact", async () => {
    const clock = new ManualClock({ wallMs: NOON_MS });
    const ledger = await open({ clock, retentionMs: 3 * DAY_MS });
    const entries = fill(ledger);
    await ledger.flush();
    for (let step = 0; step < 40; step++) {
      clock.advance(100);
      await ledger.query(EVERYTHING);
    }
    clock.advance(3_600_000);
    for (let step = 0; step < 40; step++) {
      clock.advance(100);
      await ledger.query(EVERYTHING);
    }
    const oldest = withFile(
      (database) => database.prepare("SELECT min(wall_ms) AS ms FROM ledger_row").get()!.ms,
    );
    expect(oldest).toBeGreaterThanOrEqual(NOON_MS - 3 * DAY_MS);
    for (const groupBy of [[], ["day", "model"], ["hour", "tenant"], ["tag"], ["day", "tag:team"]] as const) {
      const asked = { ...EVERYTHING, groupBy };
      expect(await ledger.query(asked)).toEqual(countRows(entries, asked));
    }
    const cut = { ...EVERYTHING, startWallMs: NOON_MS - 6 * DAY_MS + 1_000 };
    const wholeHour = { ...EVERYTHING, startWallMs: NOON_MS - 6 * DAY_MS };
    expect(await ledger.query(cut)).toEqual(countRows(entries, wholeHour));
  });

  test("sets of tags beyond 1,000 a day are given up, and totals stay exact", async () => {
    const clock = new ManualClock({ wallMs: NOON_MS });
    const ledger = await open({ clock, retentionMs: DAY_MS });
    const dayMs = NOON_MS - 5 * DAY_MS;
    const entries = Array.from({ length: 1_500 }, (_, index) =>
      makeEntry({ wallMs: dayMs, tags: { user: String(index) } }),
    );
    entries.push(makeEntry({ wallMs: dayMs, tags: { user: "7" } }));
    for (const entry of entries) ledger.record(entry);
    await ledger.flush();
    clock.advance(3_600_000);
    for (let step = 0; step < 20; step++) {
      clock.advance(100);
      await ledger.query(EVERYTHING);
    }
    const { totals, groups } = await ledger.query({ ...EVERYTHING, groupBy: ["tag:user"] });
    expect(totals).toEqual(countRows(entries, EVERYTHING).totals);
    expect(groups).toHaveLength(1_001);
    expect(groups.find(({ key }) => key["tag:user"] === "")?.totals.requests).toBe(500);
    expect(groups.find(({ key }) => key["tag:user"] === "7")?.totals.requests).toBe(2);
    const series = withFile(
      (database) => database.prepare("SELECT count(*) AS n FROM ledger_series").get()!.n,
    );
    expect(series).toBe(1_002);
  });
});

describe("a file that cannot be used", () => {
  test.each<[string, () => void, RegExp]>([
    [
      "is not a database",
      () => writeFileSync(path, "not a database ".repeat(1_000)),
      /not a database.*storage\.path/,
    ],
    [
      "was written by a later version",
      () =>
        withFile((database) =>
          database.exec(
            "CREATE TABLE schema_version (component TEXT PRIMARY KEY, version INTEGER); INSERT INTO schema_version VALUES ('ledger', 99)",
          ),
        ),
      /later version.*version 99/,
    ],
    ["is a folder", () => rmSync(path, { force: true }), /cannot be opened|not be/],
  ])("that %s: a clear error at start", async (name, spoil, message) => {
    const first = await open();
    await first.close();
    for (const file of readdirSync(join(folder, "data"))) rmSync(join(folder, "data", file));
    spoil();
    if (name === "is a folder") path = join(folder, "data");
    await expect(open()).rejects.toThrow(message);
  });

  test("that is damaged in the middle: queries say so, and the service goes on", async () => {
    const first = await open();
    for (let index = 0; index < 3_000; index++) first.record(makeEntry({ requestId: `req_${index}` }));
    await first.close();
    const damaged = withFile((database) => {
      const pageSize = Number(database.prepare("PRAGMA page_size").get()!.page_size);
      return {
        pageSize,
        root: Number(
          database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'ledger_sum'").get()!.rootpage,
        ),
      };
    });
    const file = openSync(path, "r+");
    writeSync(
      file,
      Buffer.alloc(damaged.pageSize, 0xff),
      0,
      damaged.pageSize,
      (damaged.root - 1) * damaged.pageSize,
    );
    closeSync(file);
    const ledger = await open();
    await expect(ledger.query(EVERYTHING)).rejects.toThrow(/damaged.*backup/);
    ledger.record(makeEntry());
    await expect(ledger.query(EVERYTHING)).rejects.toThrow(/damaged/);
    // Rows are sound, and kept; they cannot be added to the sums.
    expect(ledger.health()).toMatchObject({ kind: "degraded", waitingRowCount: 0, isFull: false });
    expect(withFile((database) => database.prepare("SELECT count(*) AS n FROM ledger_row").get()!.n)).toBe(
      3_001,
    );
  });
});

describe("a file that cannot be written for a while", () => {
  test("rows wait and count, and are written once there is room", async () => {
    const clock = new ManualClock({ wallMs: NOON_MS });
    const seen: LedgerHealth[] = [];
    const ledger = await open({ clock, onHealth: (health) => seen.push(health) });
    ledger.record(makeEntry({ wallMs: NOON_MS }));
    await ledger.flush();
    const lock = new DatabaseSync(path);
    lock.exec("BEGIN IMMEDIATE");
    lock.exec("UPDATE ledger_state SET id = 0");
    for (let index = 0; index < 600; index++) ledger.record(makeEntry({ wallMs: NOON_MS }));
    await ledger.flush();
    expect(seen).toMatchObject([
      { kind: "degraded", waitingRowCount: 600, explanation: expect.stringContaining("another process") },
    ]);
    expect((await ledger.query(EVERYTHING)).totals.requests).toBe(601);
    lock.exec("COMMIT");
    lock.close();
    clock.advance(1_000);
    expect((await ledger.query(EVERYTHING)).totals.requests).toBe(601);
    expect(ledger.health()).toEqual({ kind: "healthy" });
    expect(seen.at(-1)).toEqual({ kind: "healthy" });
    expect(withFile((database) => database.prepare("SELECT count(*) AS n FROM ledger_row").get()!.n)).toBe(
      601,
    );
  });
});
