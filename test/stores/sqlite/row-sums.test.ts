import fc from "fast-check";
import { expect, test } from "vitest";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import { readUnsummed } from "../../../src/stores/sqlite/ledger-summing.ts";
import type { RowValue } from "../../../src/stores/sqlite/row-columns.ts";
import { RowSums } from "../../../src/stores/sqlite/row-sums.ts";
import { makeEntry } from "../../support/ledger/make-entry.ts";
import { openInMemory } from "../../support/ledger/open-in-memory.ts";

const HOUR_MS = 3_600_000;
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const tokens = maybe(fc.nat(1_000_000));
const money = fc.oneof(
  fc.bigInt({ min: 0n, max: 1_000_000n }),
  fc.bigInt({ min: 2n ** 52n, max: 2n ** 58n }),
);

/** Rows of few series and hours, so that many share a sum. */
const row: fc.Arbitrary<LedgerEntry> = fc
  .record({
    wallMs: fc.integer({ min: 0, max: 2 * HOUR_MS }).map((ms) => 1_800_000_000_000 + ms),
    kind: fc.constantFrom("attempt", "slot", "cache_hit", "refusal"),
    outcome: fc.constantFrom("succeeded", "failed", "cancelled", "expired", "refused"),
    reason: maybe(fc.constantFrom("RATE_LIMITED", "WAIT_TOO_LONG", "DEADLINE_EXCEEDED")),
    tenant: fc.constantFrom("a", "b"),
    tags: fc.constantFrom({}, { team: "x" }),
    usage: maybe(
      fc.record({
        inputTokens: tokens,
        outputTokens: tokens,
        cachedInputTokens: tokens,
        cacheWriteInputTokens: tokens,
        reasoningTokens: tokens,
        estimated: fc.boolean(),
      }),
    ),
    cost: maybe(
      fc.record({
        inputNanoUsd: money,
        outputNanoUsd: money,
        totalNanoUsd: money,
        priceSource: fc.constantFrom("", "config", "genai-prices"),
      }),
    ),
    waitedMs: fc.constantFrom(0, 0.0001, 7),
    isRateLimitWait: fc.boolean(),
    latencyMs: maybe(fc.nat(10_000)),
    isFallback: fc.boolean(),
    isRateLimitFallback: fc.boolean(),
    isLast: fc.boolean(),
  })
  .map((fields) => makeEntry(fields as Partial<LedgerEntry>));

function inOrder(sums: RowSums): RowValue[][] {
  const numeric = (columns: RowValue[]): RowValue[] =>
    columns.map((value) => (typeof value === "bigint" ? String(value) : value));
  return [...sums.columns()]
    .map(numeric)
    .sort(([hour, series], [otherHour, otherSeries]) =>
      hour === otherHour ? Number(series) - Number(otherSeries) : Number(hour) - Number(otherHour),
    );
}

test("rows add up to the same one by one as they are written and in SQL, read from the file", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), fc.nat(30), (rows, first) => {
      const { database, writer } = openInMemory();
      writer.write(rows);
      const written = database.prepare("SELECT * FROM ledger_row ORDER BY id");
      written.setReturnArrays(true);
      written.setReadBigInts(true);
      const sums = new RowSums();
      const most = Math.max(1, first);
      for (const values of (written.all() as unknown as RowValue[][]).slice(0, most)) {
        const [id, ...columns] = values.map(numberWhereExact);
        sums.addRow(id as number, columns);
      }
      const read = readUnsummed(database, most);
      database.close();
      expect(inOrder(sums)).toEqual(inOrder(read));
      const { rowCount, lastId } = sums;
      expect({ rowCount, lastId }).toEqual({ rowCount: read.rowCount, lastId: read.lastId });
      expect(rowCount).toBe(Math.min(rows.length, most));
    }),
    { numRuns: 100, seed: 3 },
  );
});

function numberWhereExact(value: RowValue): RowValue {
  if (typeof value !== "bigint") return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
