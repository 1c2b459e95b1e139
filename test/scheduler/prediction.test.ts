import fc from "fast-check";
import { expect, test } from "vitest";
import { callAmounts, callAmountsOfTotal } from "../../src/core/limit.ts";
import { Quota } from "../../src/scheduler/quota.ts";
import { PoolUsage } from "../../src/tracker/pool-usage.ts";
import { hurriedCrowds, patientCrowds, predict } from "../support/scheduling/check-prediction.ts";
import { concurrent, MINUTE_MS, poolRules, requestsPer, tokensPer } from "../support/scheduling/rules.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { leaseOf, refusalOf, TestBench } from "../support/scheduling/test-bench.ts";

/** Times are sums of fractions, and the usual duration of calls is a mean. */
const SAME_MS = 0.01;

test.each([
  ["nobody gives up", patientCrowds],
  ["some give up", hurriedCrowds],
])(
  "where %s, who waits is told for how long",
  async (kind, crowds) => {
    await fc.assert(
      fc.asyncProperty(crowds, async (crowd) => {
        const prediction = await predict(crowd);
        fc.pre(prediction !== undefined);
        expect(Math.abs(prediction.predictedWaitMs - prediction.waitedMs)).toBeLessThanOrEqual(SAME_MS);
      }),
      { seed: printedSeed(`predictions where ${kind}`), numRuns: 200 },
    );
  },
  60_000,
);

test.each([3, 300])("%i of a tenant that has used up its quota are in nobody else's way", async (crowd) => {
  const bench = new TestBench(poolRules([requestsPer(1000, 10)], { guardMs: 0, safetyMargin: 0 }));
  const rules = poolRules([requestsPer(MINUTE_MS, 1)], { guardMs: 0, safetyMargin: 0, spacing: "none" });
  const quota = new Quota("tenant full", new PoolUsage(rules, 0, (monotonicMs) => monotonicMs));
  for (let call = 0; call <= crowd; call++) bench.ask({ tenant: "full", scopes: [quota] });
  const others = [1, 2, 3].map(() => bench.ask({ tenant: "other", maxWaitMs: 400 }));
  await bench.run(400);
  expect(others.map((one) => leaseOf(one).wait.waitedMs)).toEqual([100, 200, 300]);
  const late = bench.ask({ tenant: "full", scopes: [quota], maxWaitMs: crowd * MINUTE_MS });
  expect(refusalOf(late).reason).toBe("WAIT_TOO_LONG");
});

test("who cannot start in time any more is in nobody else's way, before it is given up", async () => {
  const bench = new TestBench(poolRules([requestsPer(1000, 1)], { guardMs: 0, safetyMargin: 0 }));
  const rules = poolRules([tokensPer(2000, 120)], { guardMs: 0, safetyMargin: 0, spacing: "none" });
  const quota = new Quota("tenant busy", new PoolUsage(rules, 0, (monotonicMs) => monotonicMs));
  const ask = (level: number, tokens: number, maxWaitMs: number) => {
    return bench.ask({
      tenant: "busy",
      level,
      amounts: callAmountsOfTotal(tokens),
      scopes: [quota],
      maxWaitMs,
    });
  };
  ask(0, 30, 0);
  const late = ask(1, 100, 2500);
  const urgent = ask(0, 60, 2500);
  const behind = ask(1, 1, 2000);
  await bench.run(1000);
  expect(refusalOf(late).reason).toBe("WAIT_TOO_LONG");
  expect(leaseOf(urgent).wait.waitedMs).toBe(1000);
  await bench.run(1000);
  expect(leaseOf(behind).wait.waitedMs).toBe(2000);
});

test("who cannot start in time any more since a call used more than it had reserved is given up at once", async () => {
  const rules = poolRules([tokensPer(2000, 100)], { guardMs: 0, safetyMargin: 0, spacing: "none" });
  const bench = new TestBench(rules);
  const first = bench.ask({ amounts: callAmountsOfTotal(50) });
  const late = bench.ask({ amounts: callAmountsOfTotal(60), maxWaitMs: 2500 });
  const behind = bench.ask({ amounts: callAmountsOfTotal(1) });
  await bench.run(1000);
  bench.scheduler.settle(leaseOf(first), callAmountsOfTotal(100));
  await bench.run(0);
  expect(refusalOf(late).metadata).toMatchObject({ predicted_wait_ms: "2000" });
  await bench.run(1000);
  expect(leaseOf(behind).wait.waitedMs).toBe(2000);
});

test("who is turned away leaves no plan behind that knows nothing of those who start after it", async () => {
  const free = { guardMs: 0, safetyMargin: 0, spacing: "none" } as const;
  const bench = new TestBench(poolRules([tokensPer(5000, 100)], free));
  const rules = poolRules([requestsPer(4000, 1)], free);
  const quota = new Quota("tenant", new PoolUsage(rules, 0, (monotonicMs) => monotonicMs));
  bench.ask({ scopes: [quota], amounts: callAmountsOfTotal(1) });
  expect(refusalOf(bench.ask({ scopes: [quota], maxWaitMs: 3999 })).reason).toBe("WAIT_TOO_LONG");
  await bench.run(100);
  bench.ask({ amounts: callAmountsOfTotal(50) });
  const large = { scopes: [quota], amounts: callAmountsOfTotal(60) };
  expect(refusalOf(bench.ask({ ...large, maxWaitMs: 4999 })).reason).toBe("WAIT_TOO_LONG");
  const asked = bench.ask({ ...large, maxWaitMs: 5000 });
  await bench.run(5000);
  expect(leaseOf(asked).wait.waitedMs).toBe(5000);
});

test("who comes behind one that has no room yet moves up a level in time", async () => {
  const rules = poolRules([tokensPer(2000, 100)], { guardMs: 0, safetyMargin: 0, spacing: "none" });
  const bench = new TestBench(rules, { agingMs: 700 });
  const ask = (level: number, tokens: number) => bench.ask({ level, amounts: callAmountsOfTotal(tokens) });
  ask(0, 100);
  ask(0, 10);
  await bench.run(2000);
  ask(0, 95);
  const lifted = ask(1, 1);
  await bench.run(700);
  expect(leaseOf(lifted).wait.waitedMs).toBe(700);
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
  expect(leaseOf(first).wait.waitedMs).toBe(4_000);
});
