import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { MemoryLedger } from "../../../src/stores/memory/ledger.ts";
import { countRows } from "../../support/ledger/count-rows.ts";
import { EVERYTHING, testLedgerContract } from "../../support/ledger/ledger-contract.ts";
import { makeEntry, randomEntry } from "../../support/ledger/make-entry.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 10, 1);

describe("the contract of ledgers", () => {
  testLedgerContract(async () => new MemoryLedger());
});

describe("bounded memory", () => {
  test("without rows a range takes in the whole hours that it cuts", async () => {
    const ledger = new MemoryLedger({ maxRows: 1 });
    for (const minute of [0, 30, 90, 150]) ledger.record(makeEntry({ wallMs: START_MS + minute * 60_000 }));
    const asked = { ...EVERYTHING, startWallMs: START_MS + 20 * 60_000, endWallMs: START_MS + 61 * 60_000 };
    expect((await ledger.query(asked)).totals.requests).toBe(3);
  });

  test("beyond its cells hours become days and days lose tags, and totals stay exact", async () => {
    const random = seededRandom(7);
    const entries = Array.from({ length: 4_000 }, (_, index) => ({
      ...randomEntry(random, START_MS, START_MS + 1),
      wallMs: START_MS + Math.floor((index * 10 * DAY_MS) / 4_000),
    }));
    const ledger = new MemoryLedger({ maxRows: 10, maxCellsPerBucket: 20, maxCells: 300 });
    for (const entry of entries) ledger.record(entry);
    for (const groupBy of [[], ["day"], ["day", "model", "tenant"]] as const) {
      const asked = { ...EVERYTHING, groupBy };
      expect(await ledger.query(asked)).toEqual(countRows(entries, asked));
    }
    const { groups } = await ledger.query({ ...EVERYTHING, groupBy: ["hour"] });
    expect(groups.length).toBeLessThan(10 * 24);
    const byTag = await ledger.query({ ...EVERYTHING, groupBy: ["tag:team"] });
    expect(byTag.totals).toEqual(countRows(entries, EVERYTHING).totals);
  });

  test("rows recorded during a query neither count twice nor get lost", async () => {
    const ledger = new MemoryLedger({ maxCells: 2_000, maxCellsPerBucket: 2_000 });
    const record = (index: number): void =>
      ledger.record(makeEntry({ wallMs: START_MS + index * 60_000, tags: { index: String(index) } }));
    for (let index = 0; index < 2_000; index++) record(index);
    const answer = ledger.query(EVERYTHING);
    for (let index = 2_000; index < 2_600; index++) record(index);
    const { requests } = (await answer).totals;
    expect(requests).toBeGreaterThanOrEqual(2_000);
    expect(requests).toBeLessThanOrEqual(2_600);
    expect((await ledger.query(EVERYTHING)).totals.requests).toBe(2_600);
  });
});
