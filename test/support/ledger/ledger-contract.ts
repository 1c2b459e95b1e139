import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { LedgerStore } from "../../../src/cost/ledger/ledger-store.ts";
import type { UsageDimension, UsageQuery } from "../../../src/cost/ledger/usage-query.ts";
import { countRows } from "./count-rows.ts";
import { makeEntry, randomEntry } from "./make-entry.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 2024-02-28: the days after it are a leap day and a month's first. */
const START_MS = Date.UTC(2024, 1, 28);
const END_MS = START_MS + 4 * DAY_MS;

export const EVERYTHING: UsageQuery = {
  models: [],
  tenant: undefined,
  startWallMs: undefined,
  endWallMs: undefined,
  groupBy: [],
};

const dimensions = fc.uniqueArray(
  fc.constantFrom<UsageDimension>("model", "provider", "tenant", "tag", "tag:team", "tag:env", "day", "hour"),
  { maxLength: 4 },
);
const bound = fc.option(
  fc.oneof(
    fc.integer({ min: START_MS - DAY_MS, max: END_MS + DAY_MS }),
    fc.integer({ min: -1, max: 5 * 24 }).map((hours) => START_MS + hours * HOUR_MS),
  ),
  { nil: undefined },
);
/** Any question about {@link randomEntry} rows of the four days from 28 February 2024. */
export const query: fc.Arbitrary<UsageQuery> = fc.record({
  models: fc.subarray(["openai/gpt-4o", "openai/*", "gemini/*", "ollama/a.b", "ollama/axb"]),
  tenant: fc.constantFrom(undefined, "search", "nobody"),
  startWallMs: bound,
  endWallMs: bound,
  groupBy: dimensions,
});

/** What every ledger must do; `open` makes an empty one. */
export function testLedgerContract(open: () => Promise<LedgerStore>): void {
  let ledger: LedgerStore;
  beforeEach(async () => {
    ledger = await open();
  });
  afterEach(() => ledger.close());

  test("answers with nothing when nothing was recorded", async () => {
    const { totals, groups } = await ledger.query({ ...EVERYTHING, groupBy: ["model"] });
    expect(groups).toEqual([]);
    expect(totals).toMatchObject({ requests: 0, usage: {}, cost: undefined, successRate: undefined });
  });

  test("answers any query as the plain definition does", async () => {
    const random = seededRandom(20_241_122);
    const entries = Array.from({ length: 3_000 }, () => randomEntry(random, START_MS, END_MS));
    for (const entry of entries) ledger.record(entry);
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        expect(await ledger.query(asked)).toEqual(countRows(entries, asked));
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  test("adds up amounts far above what a double holds exactly", async () => {
    const totalNanoUsd = 2n ** 60n + 1n;
    const cost = { inputNanoUsd: totalNanoUsd - 1n, outputNanoUsd: 1n, totalNanoUsd, priceSource: "config" };
    for (let index = 0; index < 3; index++) ledger.record(makeEntry({ cost }));
    expect((await ledger.query(EVERYTHING)).totals.cost?.totalNanoUsd).toBe(3n * totalNanoUsd);
  });

  test("says that there are more groups than are of use, and need not read the rest", async () => {
    for (let index = 0; index < 20; index++) ledger.record(makeEntry({ tenant: `tenant${index}` }));
    const asked = { ...EVERYTHING, groupBy: ["tenant"] } as const;
    expect((await ledger.query({ ...asked, maxGroupCount: 5 })).groups.length).toBeGreaterThan(5);
    expect(await ledger.query({ ...asked, maxGroupCount: 20 })).toEqual(await ledger.query(asked));
  });

  test("keeps an unknown count unknown and a reported 0 a 0", async () => {
    ledger.record(makeEntry({ usage: { inputTokens: 0 }, cost: undefined }));
    const { totals } = await ledger.query(EVERYTHING);
    expect(totals.usage).toEqual({ inputTokens: 0, totalTokens: 0 });
    expect(totals.cost).toBeUndefined();
  });

  test("says what each provider has cost since a moment", async () => {
    ledger.record(makeEntry({ wallMs: START_MS - 1 }));
    ledger.record(makeEntry({ wallMs: START_MS }));
    ledger.record(makeEntry({ wallMs: START_MS + 1 }));
    ledger.record(makeEntry({ wallMs: START_MS, provider: "ollama", cost: undefined }));
    const { groups } = await ledger.query({ ...EVERYTHING, startWallMs: START_MS, groupBy: ["provider"] });
    expect(groups.map(({ key, totals }) => [key.provider, totals.cost?.totalNanoUsd])).toEqual([
      ["ollama", undefined],
      ["openai", 54_000n],
    ]);
  });
}
