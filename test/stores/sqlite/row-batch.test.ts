import fc from "fast-check";
import { expect, test } from "vitest";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import {
  halvesOf,
  type RowBatch,
  RowBatchBuilder,
  rowCountOf,
  rowsOfBatch,
} from "../../../src/stores/sqlite/row-batch.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const tokens = fc.maxSafeNat();
const money = fc.bigInt({ min: 0n, max: 2n ** 70n });
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
/** Whole microseconds that are exact as milliseconds. */
const exactMs = fc.nat().map((eighths) => eighths / 8);

/** Rows as they are kept: times in whole units, usage with its total. */
const keptRow: fc.Arbitrary<LedgerEntry> = fc.record({
  wallMs: fc.maxSafeNat(),
  kind: fc.constantFrom("attempt", "slot", "cache_hit", "refusal"),
  outcome: fc.constantFrom("succeeded", "failed", "cancelled", "expired", "refused"),
  reason: maybe(fc.constantFrom("RATE_LIMITED", "WAIT_TOO_LONG")),
  tenant: text,
  tags: fc.dictionary(text, text, { maxKeys: 4 }),
  taskType: text,
  provider: text,
  model: text,
  deployment: text,
  usage: maybe(
    fc.record(
      {
        inputTokens: tokens,
        outputTokens: tokens,
        cachedInputTokens: tokens,
        cacheWriteInputTokens: tokens,
        reasoningTokens: tokens,
        totalTokens: tokens,
        estimated: fc.constant(true),
      },
      { requiredKeys: ["totalTokens"] },
    ),
  ),
  cost: maybe(
    fc.record({ inputNanoUsd: money, outputNanoUsd: money, totalNanoUsd: money, priceSource: text }),
  ),
  reservedTokens: tokens,
  waitedMs: exactMs,
  isRateLimitWait: fc.boolean(),
  latencyMs: maybe(exactMs),
  isFallback: fc.boolean(),
  isRateLimitFallback: fc.boolean(),
  isLast: fc.boolean(),
  requestId: text,
  traceId: text,
});

function batchOf(rows: readonly LedgerEntry[], builder = new RowBatchBuilder(rows.length)): RowBatch {
  for (const row of rows) builder.add(row);
  return builder.take();
}

/** The rows of a batch, through halves down to single ones. */
function throughHalves(batch: RowBatch): LedgerEntry[] {
  const halves = halvesOf(batch);
  return halves === undefined ? [...rowsOfBatch(batch)] : halves.flatMap(throughHalves);
}

test("a batch holds every row whole, also as a copy and in parts", () => {
  fc.assert(
    fc.property(fc.array(keptRow, { minLength: 1, maxLength: 5 }), (rows) => {
      const batch = batchOf(rows);
      expect(rowCountOf(batch)).toBe(rows.length);
      expect([...rowsOfBatch(structuredClone(batch))]).toEqual(rows);
      expect(throughHalves(batch)).toEqual(rows);
    }),
    { numRuns: 500, seed: 7 },
  );
});

test("a builder begins anew after each batch", () => {
  const rows = fc.sample(keptRow, { numRuns: 6, seed: 2 });
  const builder = new RowBatchBuilder(3);
  const first = structuredClone(batchOf(rows.slice(0, 3), builder));
  expect(builder).toMatchObject({ rowCount: 0, isFull: false });
  const second = batchOf(rows.slice(3), builder);
  expect([...rowsOfBatch(first), ...rowsOfBatch(second)]).toEqual(rows);
  for (const row of rows.slice(0, 3)) builder.add(row);
  expect(builder).toMatchObject({ rowCount: 3, isFull: true });
});

test.each([
  [{ inputTokens: 3, outputTokens: 4 }, 7],
  [{ inputTokens: 3 }, 3],
  [{ outputTokens: 4 }, 4],
  [{ inputTokens: 3, outputTokens: 4, totalTokens: 9 }, 9],
  [{ cachedInputTokens: 2 }, undefined],
])("%j are %s tokens in total", (usage, totalTokens) => {
  const [row] = fc.sample(keptRow, { numRuns: 1, seed: 1 });
  const [kept] = rowsOfBatch(batchOf([{ ...row!, usage }]));
  expect(kept!.usage?.totalTokens).toBe(totalTokens);
});
