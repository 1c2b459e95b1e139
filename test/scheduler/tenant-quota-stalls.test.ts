import fc from "fast-check";
import { expect, test } from "vitest";
import type { Lease } from "../../src/scheduler/lease.ts";
import type { PoolQueue } from "../../src/scheduler/pool-queue.ts";
import { Quota } from "../../src/scheduler/quota.ts";
import { PoolUsage } from "../../src/tracker/pool-usage.ts";
import { askedAmounts, usedOf } from "../support/scheduling/arbitrary.ts";
import { shortLimits } from "../support/scheduling/check-scheduler.ts";
import { MINUTE_MS, poolRules, requestsPer } from "../support/scheduling/rules.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { type Ask, type Asked, TestBench } from "../support/scheduling/test-bench.ts";

const FREE = { guardMs: 0, safetyMargin: 0, spacing: "none" } as const;
/** Pools that have room for everybody. */
const AMPLE = poolRules([requestsPer(MINUTE_MS, 1_000_000)], FREE);
const POOLS = [[0], [1], [0, 1], [1, 0]] as const;

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("ask" as const),
        amounts: askedAmounts,
        level: fc.nat(3),
        pools: fc.constantFrom(...POOLS),
        maxWaitMs: fc.constantFrom(0, 1500.5, 60_000),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("leave" as const), pick: fc.nat(1000) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("settle" as const),
        pick: fc.nat(1000),
        share: fc.constantFrom(0, 0.3, 1, 1.5),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("wait" as const),
        durationMs: fc.integer({ max: 2500, min: 1 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 60, size: "max" },
);

interface Waiting {
  readonly ask: Ask;
  readonly asked: Asked;
}

/** The first in each pool of those in the most urgent level in which anybody waits. */
function mostUrgent(waiting: readonly Waiting[], pools: readonly PoolQueue[]): Waiting[] {
  const still = waiting.filter(({ asked }) => asked.answer === undefined);
  const level = Math.min(...still.map(({ ask }) => ask.level!));
  const urgent = still.filter(({ ask }) => ask.level === level);
  return pools.flatMap((pool) => urgent.find(({ ask }) => ask.pools!.includes(pool)) ?? []);
}

test("of the calls that wait for a quota in several pools, somebody always has no room: nobody is forgotten", async () => {
  let waited = 0;
  await fc.assert(
    fc.asyncProperty(shortLimits, steps, async (limits, life) => {
      const bench = new TestBench(AMPLE, { agingMs: Number.POSITIVE_INFINITY });
      const pools = [bench.pool, bench.addPool("other", AMPLE)];
      const usage = new PoolUsage(poolRules(limits, FREE), 0, (monotonicMs) => monotonicMs);
      const quota = new Quota("tenant", usage);
      const waiting: Waiting[] = [];
      const open: Lease[] = [];
      const check = (): void => {
        const heads = mostUrgent(waiting, pools);
        if (heads.length === 0) return;
        waited++;
        const nowMs = bench.clock.monotonicMs();
        expect(heads.every(({ ask }) => usage.fits(nowMs, ask.amounts!))).toBe(false);
      };
      const run = async (durationMs: number): Promise<void> => {
        const untilMs = bench.clock.monotonicMs() + durationMs;
        for (;;) {
          const nextMs = bench.clock.nextTimerMs();
          if (nextMs === undefined || nextMs > untilMs) break;
          await bench.run(nextMs - bench.clock.monotonicMs());
          check();
        }
        await bench.run(untilMs - bench.clock.monotonicMs());
      };
      for (const step of life) {
        if (step.kind === "ask") {
          const { amounts, level, maxWaitMs } = step;
          const ask = { pools: step.pools.map((pool) => pools[pool]!), amounts, level, maxWaitMs };
          const asked = bench.ask({ ...ask, scopes: [quota], onGranted: (lease) => open.push(lease) });
          waiting.push({ ask, asked });
        } else if (step.kind === "leave") waiting[step.pick % waiting.length]?.asked.leave();
        else if (step.kind === "settle") {
          const [lease] = open.splice(step.pick % Math.max(1, open.length), 1);
          if (lease !== undefined) bench.scheduler.settle(lease, usedOf(lease, step.share));
        } else await run(step.durationMs);
        await run(0);
        check();
      }
      for (const lease of open) bench.scheduler.settle(lease, lease);
      await run(120_000);
      expect(quota.claims.places).toEqual([]);
    }),
    { seed: printedSeed("stalls of a quota"), numRuns: 300 },
  );
  expect(waited).toBeGreaterThan(1000);
}, 60_000);
