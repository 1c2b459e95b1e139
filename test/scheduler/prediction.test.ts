import fc from "fast-check";
import { expect, test } from "vitest";
import { callAmounts } from "../../src/core/limit.ts";
import { Quota } from "../../src/scheduler/quota.ts";
import { PoolUsage } from "../../src/tracker/pool-usage.ts";
import { crowds, predict } from "../support/scheduling/check-prediction.ts";
import { concurrent, MINUTE_MS, poolRules, requestsPer } from "../support/scheduling/rules.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { leaseOf, refusalOf, TestBench } from "../support/scheduling/test-bench.ts";

/** Times are sums of fractions, and the usual duration of calls is a mean. */
const SAME_MS = 0.01;

test("nobody is told to wait longer than it does, and all is foreseen that can be", async () => {
  let waited = 0;
  let exact = 0;
  await fc.assert(
    fc.asyncProperty(crowds, async (crowd) => {
      const prediction = await predict(crowd);
      if (prediction === undefined) return;
      const { predictedWaitMs, waitedMs, isExact } = prediction;
      expect(predictedWaitMs).toBeLessThanOrEqual(waitedMs + SAME_MS);
      if (isExact) expect(predictedWaitMs).toBeGreaterThanOrEqual(waitedMs - SAME_MS);
      waited++;
      if (isExact) exact++;
    }),
    { seed: printedSeed("predictions"), numRuns: 1000 },
  );
  expect(waited).toBeGreaterThan(100);
  expect(exact).toBeGreaterThan(50);
}, 60_000);

test.each([3, 300])("%i of a tenant that has used up its quota are in nobody else's way", async (crowd) => {
  const bench = new TestBench(poolRules([requestsPer(1000, 10)], { guardMs: 0, safetyMargin: 0 }));
  const rules = poolRules([requestsPer(MINUTE_MS, 1)], { guardMs: 0, safetyMargin: 0, spacing: "none" });
  const quota = new Quota("tenant full", new PoolUsage(rules, 0, (monotonicMs) => monotonicMs));
  for (let call = 0; call <= crowd; call++) bench.ask({ tenant: "full", scopes: [quota] });
  const others = [1, 2, 3].map(() => bench.ask({ tenant: "other", maxWaitMs: 400 }));
  await bench.run(400);
  expect(others.map((one) => leaseOf(one).waitedMs)).toEqual([100, 200, 300]);
  const late = bench.ask({ tenant: "full", scopes: [quota], maxWaitMs: crowd * MINUTE_MS });
  expect(refusalOf(late).reason).toBe("WAIT_TOO_LONG");
});

test("a wait for a place is planned by how long calls usually take, and never before they do", async () => {
  const bench = new TestBench(poolRules([concurrent(2)], { safetyMargin: 0 }));
  const start = () =>
    bench.ask({
      onGranted: (lease) => bench.clock.after(5_000, () => bench.scheduler.settle(lease, callAmounts(1, 1))),
    });
  const ask = (maxWaitMs: number) => bench.ask({ maxWaitMs });
  start();
  await bench.run(5_000);
  start();
  await bench.run(1_000);
  start();
  expect(refusalOf(ask(3_999))).toMatchObject({ reason: "WAIT_TOO_LONG", retryAfterMs: 1 });
  const first = ask(4_000);
  expect(refusalOf(ask(4_999)).metadata).toMatchObject({ predicted_wait_ms: "5000" });
  await bench.run(4_000);
  expect(leaseOf(first).waitedMs).toBe(4_000);
});
