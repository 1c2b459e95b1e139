import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callAmountsOfTotal, type Limit } from "../../src/core/limit.ts";
import type { PoolQueue } from "../../src/scheduler/pool-queue.ts";
import { Quota } from "../../src/scheduler/quota.ts";
import { PoolUsage } from "../../src/tracker/pool-usage.ts";
import { askedAmounts } from "../support/scheduling/arbitrary.ts";
import { shortLimits } from "../support/scheduling/check-scheduler.ts";
import { MINUTE_MS, poolRules, requestsPer, tokensPer } from "../support/scheduling/rules.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { type Asked, leaseOf, TestBench } from "../support/scheduling/test-bench.ts";

const HIGH = 0;
const LOW = 2;
const FREE = { guardMs: 0, safetyMargin: 0, spacing: "none" } as const;
/** A pool that has room for everybody. */
const AMPLE = poolRules([requestsPer(MINUTE_MS, 1_000_000)], FREE);

function quotaOf(...limits: Limit[]): Quota {
  return new Quota("tenant search", new PoolUsage(poolRules(limits, FREE), 0, (monotonicMs) => monotonicMs));
}

/** A tenant that has used up its quota of 1,000 tokens a minute in the first ten seconds, by small calls. */
async function usedUp(bench: TestBench) {
  const quota = quotaOf(tokensPer(MINUTE_MS, 1000));
  const ask = (level: number, tokens: number, pool: PoolQueue = bench.pool): Asked & { told: number[] } => {
    const told: number[] = [];
    const asked = bench.ask({
      pools: [pool],
      tenant: "search",
      level,
      amounts: callAmountsOfTotal(tokens),
      scopes: [quota],
      onQueued: ({ predictedWaitMs }) => told.push(predictedWaitMs),
    });
    return Object.assign(asked, { told });
  };
  for (let call = 0; call < 10; call++) {
    ask(LOW, 100);
    await bench.run(1000);
  }
  return { ask };
}

function started(asked: readonly Asked[]): number {
  return asked.filter(({ answer }) => answer?.kind === "lease").length;
}

describe("a large urgent call that waits for its tenant's quota", () => {
  test("is not passed by small ones of the tenant that are less urgent", async () => {
    const bench = new TestBench(AMPLE);
    const { ask } = await usedUp(bench);
    const large = ask(HIGH, 800);
    expect(large.told).toEqual([57_000]);
    for (let second = 0; second < 57; second++) {
      ask(LOW, 100);
      await bench.run(1000);
    }
    expect(leaseOf(large).wait.waitedMs).toBe(57_000);
  });

  test("nor by those that go to another pool", async () => {
    const bench = new TestBench(AMPLE);
    const other = bench.addPool("other", AMPLE);
    const { ask } = await usedUp(bench);
    const large = ask(HIGH, 800);
    for (let second = 0; second < 57; second++) {
      ask(LOW, 100, other);
      await bench.run(1000);
    }
    expect(leaseOf(large).wait.waitedMs).toBe(57_000);
  });

  test("lets others of the tenant start that leave room for it, and those of other tenants", async () => {
    const bench = new TestBench(AMPLE);
    const other = bench.addPool("other", AMPLE);
    const { ask } = await usedUp(bench);
    const large = ask(HIGH, 800);
    // It has room then, but its pool is held: what it needs is kept for it.
    await bench.run(50_000);
    bench.scheduler.hold(bench.pool, 30_000);
    await bench.run(10_000);
    const small = [ask(LOW, 100, other), ask(LOW, 100, other), ask(LOW, 100, other)];
    await bench.run(0);
    expect(small.map(({ answer }) => answer?.kind)).toEqual(["lease", "lease", undefined]);
    const another = bench.ask({ pools: [other], tenant: "another" });
    await bench.run(20_000);
    expect(leaseOf(another).wait.waitedMs).toBe(0);
    expect(leaseOf(large).wait.waitedMs).toBe(80_000);
  });

  test("that goes away lets those behind it start at once, in every pool", async () => {
    const bench = new TestBench(AMPLE);
    const other = bench.addPool("other", AMPLE);
    const quota = quotaOf(tokensPer(MINUTE_MS, 1000));
    const ask = (level: number, tokens: number, pool: PoolQueue): Asked => {
      const amounts = callAmountsOfTotal(tokens);
      return bench.ask({ pools: [pool], level, amounts, scopes: [quota] });
    };
    ask(LOW, 500, bench.pool);
    const large = ask(HIGH, 800, bench.pool);
    const behind = [ask(LOW, 100, bench.pool), ask(LOW, 100, other)];
    await bench.run(1000);
    expect(behind.map(({ answer }) => answer)).toEqual([undefined, undefined]);
    large.leave();
    await bench.run(0);
    expect(behind.map((asked) => leaseOf(asked).startMs)).toEqual([1000, 1000]);
  });

  test("takes turns with less urgent ones that have waited long", async () => {
    const bench = new TestBench(AMPLE, { agingMs: 1000 });
    const quota = quotaOf(tokensPer(1000, 100));
    const ask = (level: number): Asked => {
      return bench.ask({ tenant: "search", level, amounts: callAmountsOfTotal(60), scopes: [quota] });
    };
    ask(LOW);
    const low = Array.from({ length: 20 }, () => ask(LOW));
    const high: Asked[] = [];
    for (let second = 0; second < 20; second++) {
      high.push(ask(HIGH));
      await bench.run(1000);
    }
    // One a second; when the low ones have waited for two seconds, every other is one of them.
    expect([started(high), started(low)]).toEqual([10, 10]);
  });
});

test("a call gets its room of a quota even where its pool is never free when the quota is", async () => {
  const bench = new TestBench(AMPLE);
  // One start a second, half a second off from the moments at which the quota has room.
  const slow = bench.addPool("slow", poolRules([requestsPer(10_000, 10)], { guardMs: 0, safetyMargin: 0 }));
  const quota = quotaOf(tokensPer(1000, 100));
  const ask = (pool: PoolQueue, level: number) => {
    return bench.ask({
      pools: [pool],
      tenant: "search",
      level,
      amounts: callAmountsOfTotal(100),
      scopes: [quota],
    });
  };
  for (let call = 0; call < 200; call++) bench.ask({ pools: [slow], tenant: "other" });
  await bench.run(500);
  const large = ask(slow, HIGH);
  for (let call = 0; call < 100; call++) ask(bench.pool, LOW);
  await bench.run(3000);
  expect(leaseOf(large).wait.waitedMs).toBeLessThanOrEqual(2500);
});

const calls = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 0, max: 900 }),
    tenant: fc.nat(2),
    level: fc.constantFrom(HIGH, LOW),
    amounts: askedAmounts,
  }),
  { minLength: 1, maxLength: 25, size: "max" },
);

// In several pools only each pool's next call is known to the others.
test.each([{ pools: 1 }, { pools: 3 }])(
  "in $pools pools, an urgent call waits for its quota no longer than told, whatever comes that is less urgent",
  async ({ pools: count }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shortLimits, { minLength: 3, maxLength: 3 }),
        calls,
        fc.integer({ min: 1, max: 4000 }),
        async (limits, arrivals, callMs) => {
          const bench = new TestBench(AMPLE, { agingMs: Number.POSITIVE_INFINITY });
          const lowPools = Array.from({ length: count }, (_, pool) => {
            return pool === 0 ? bench.pool : bench.addPool(`pool ${pool}`, AMPLE);
          });
          const quotas = limits.map((own) => quotaOf(...own.filter(({ metric }) => metric !== "concurrent")));
          const waits: { asked: Asked; tenant: number; toldMs: number }[] = [];
          for (const [index, { gapMs, tenant, level, amounts }] of arrivals.entries()) {
            await bench.run(gapMs);
            const isNext = !waits.some(
              (other) => other.tenant === tenant && other.asked.answer === undefined,
            );
            let toldMs: number | undefined;
            const asked = bench.ask({
              pools: [level === HIGH ? bench.pool : lowPools[index % count]!],
              tenant: `t${tenant}`,
              level,
              amounts,
              scopes: [quotas[tenant]!],
              onQueued: ({ predictedWaitMs }) => (toldMs ??= predictedWaitMs),
              onGranted: (lease) => bench.clock.after(callMs, () => bench.scheduler.settle(lease, amounts)),
            });
            if (toldMs === undefined || level === LOW) continue;
            waits.push({ asked, tenant, toldMs: count === 1 || isNext ? toldMs : Number.POSITIVE_INFINITY });
          }
          await bench.run(1_000_000);
          for (const { claims } of quotas) expect(claims.places).toEqual([]);
          for (const { asked, toldMs } of waits) {
            expect(leaseOf(asked).wait.waitedMs).toBeLessThanOrEqual(toldMs + 0.01);
          }
        },
      ),
      { seed: printedSeed(`waits for a quota in ${count} pools`), numRuns: 200 },
    );
  },
  60_000,
);
