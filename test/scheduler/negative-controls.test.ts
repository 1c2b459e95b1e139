import { describe, expect, test } from "vitest";
import { callAmounts } from "../../src/core/limit.ts";
import { seededRandom } from "../../src/core/random.ts";
import { PoolUsage } from "../../src/tracker/pool-usage.ts";
import { Auditor } from "../support/scheduling/auditor.ts";
import {
  fixedWindow,
  gcraWithBurst,
  type Limiter,
  twoBuckets,
} from "../support/scheduling/naive-limiters.ts";
import { makeProvider } from "../support/scheduling/provider-zoo.ts";
import { MINUTE_MS, poolRules, requestsPer } from "../support/scheduling/rules.ts";
import { saturate } from "../support/scheduling/saturate.ts";
import { printedSeed } from "../support/scheduling/seed.ts";

const AMOUNT = 60;
const seed = printedSeed("negative controls");

/** Floods with pauses between; returns how many windows the auditor finds above the amount. */
function brokenWindows(limiter: Limiter): number {
  const random = seededRandom(seed);
  const auditor = new Auditor();
  let nowMs = 0;
  for (let flood = 0; flood < 50; flood++) {
    nowMs += random.next() * 3 * MINUTE_MS;
    const untilMs = nowMs + random.next() * 2 * MINUTE_MS;
    for (; nowMs < untilMs; nowMs += random.next() * 100) if (limiter.tryStart(nowMs)) auditor.note(nowMs, 1);
  }
  return auditor.check(MINUTE_MS, AMOUNT).broken;
}

/** The engine as a limiter, with the margin and the guard off: nothing is on its way here. */
function engine(): Limiter {
  const rules = poolRules([requestsPer(MINUTE_MS, AMOUNT)], { safetyMargin: 0, guardMs: 0, spacing: "none" });
  const pool = new PoolUsage(rules, 0, (monotonicMs) => monotonicMs);
  const amounts = callAmounts(0, 0);
  return {
    tryStart(nowMs) {
      if (!pool.fits(nowMs, amounts)) return false;
      pool.charge(nowMs, { ...amounts, event: -1, startMs: 0 });
      return true;
    },
  };
}

describe("the auditor finds broken windows", () => {
  test.each([
    { name: "a fixed window", make: fixedWindow },
    { name: "two buckets", make: twoBuckets },
    { name: "GCRA with a burst", make: gcraWithBurst },
  ])("in $name", ({ make }) => {
    expect(brokenWindows(make(AMOUNT, MINUTE_MS))).toBeGreaterThan(0);
  });

  test("and none in the engine, which starts as many as the window takes", () => {
    expect(brokenWindows(engine())).toBe(0);
  });
});

test.each([
  { guardMs: 0, isKept: false },
  { guardMs: 1000, isKept: true },
])("jitter of 1 s with a guard of $guardMs ms: no 429 is $isKept", async ({ guardMs, isKept }) => {
  const outcome = await saturate({
    rules: poolRules([requestsPer(MINUTE_MS, 600)], { guardMs }),
    provider: makeProvider(
      "sliding",
      [{ counts: "requests", windowMs: MINUTE_MS, amount: 600 }],
      { at: "start", refunds: true },
      seededRandom(seed),
    ),
    seed,
    durationMs: 6 * MINUTE_MS,
    arrivalsPerSecond: 12,
    maxWaitMs: 1000,
    jitterMs: 1000,
    callMs: 200,
    makeCall: () => ({ inputTokens: 10, reservedOutputTokens: 10, usedOutputTokens: 10 }),
  });
  expect(outcome.leaked429 === 0).toBe(isKept);
  expect(outcome.requestsAudit.check(MINUTE_MS, 600).broken === 0).toBe(isKept);
});
