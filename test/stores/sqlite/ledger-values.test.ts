import fc from "fast-check";
import { expect, test } from "vitest";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";
import {
  appendRow,
  type LedgerValue,
  rowsOfValues,
  VALUES_PER_ROW,
} from "../../../src/stores/sqlite/ledger-values.ts";

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

function valuesOf(rows: readonly LedgerEntry[]): LedgerValue[] {
  const values: LedgerValue[] = [];
  for (const row of rows) appendRow(values, row);
  return values;
}

test("a list of rows holds every row whole", () => {
  fc.assert(
    fc.property(fc.array(keptRow, { maxLength: 5 }), (rows) => {
      const values = valuesOf(rows);
      expect(values).toHaveLength(rows.length * VALUES_PER_ROW);
      expect([...rowsOfValues(structuredClone(values))]).toEqual(rows);
    }),
    { numRuns: 500, seed: 7 },
  );
});

test.each([
  [{ inputTokens: 3, outputTokens: 4 }, 7],
  [{ inputTokens: 3 }, 3],
  [{ outputTokens: 4 }, 4],
  [{ inputTokens: 3, outputTokens: 4, totalTokens: 9 }, 9],
  [{ cachedInputTokens: 2 }, undefined],
])("%j are %s tokens in total", (usage, totalTokens) => {
  const [row] = fc.sample(keptRow, { numRuns: 1, seed: 1 });
  const [kept] = rowsOfValues(valuesOf([{ ...row!, usage }]));
  expect(kept!.usage?.totalTokens).toBe(totalTokens);
});
