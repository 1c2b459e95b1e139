import fc from "fast-check";
import { expect, test } from "vitest";
import type { Amounts, Limit } from "../../src/core/limit.ts";
import { PoolUsage } from "../../src/tracker/pool-usage.ts";
import { askedAmounts, ruleSets } from "../support/scheduling/arbitrary.ts";
import { shortLimits } from "../support/scheduling/check-scheduler.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { type Asked, TestBench } from "../support/scheduling/test-bench.ts";

const seed = printedSeed("metamorphic");

const arrivals = fc.array(fc.record({ gapMs: fc.integer({ min: 0, max: 1500 }), amounts: askedAmounts }), {
  maxLength: 40,
  size: "max",
});

function withoutCalls(limits: readonly Limit[]): Limit[] {
  return limits.filter(({ metric }) => metric !== "concurrent");
}

test("a slot that was released never happened", () => {
  fc.assert(
    fc.property(
      ruleSets,
      shortLimits,
      arrivals,
      fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 40, maxLength: 40 }),
      (rules, limits, calls, releasedAfterMs) => {
        const make = () => new PoolUsage({ ...rules, limits }, 0, (monotonicMs) => monotonicMs);
        const plain = make();
        const other = make();
        let nowMs = 0;
        calls.forEach(({ gapMs, amounts }, index) => {
          nowMs += gapMs;
          if (index % 2 === 0 && plain.fits(nowMs, amounts)) {
            for (const pool of [plain, other]) {
              const charge = { ...amounts, event: -1, startMs: 0 };
              pool.charge(nowMs, charge);
              pool.settle(nowMs, charge, charge);
            }
          } else if (index % 2 === 1) {
            const charge = { ...amounts, event: -1, startMs: 0 };
            other.charge(nowMs, charge);
            nowMs += releasedAfterMs[index]!;
            other.fits(nowMs, amounts);
            other.release(charge);
          }
          if (plain.tooLarge(amounts) !== undefined) return;
          expect(other.earliestMs(nowMs, amounts)).toBe(plain.earliestMs(nowMs, amounts));
        });
      },
    ),
    { seed, numRuns: 500 },
  );
});

/** When each of a line of calls starts, first come first served; no time where it is too large. */
function startsOf(
  pool: PoolUsage,
  calls: readonly { gapMs: number; amounts: Amounts }[],
): (number | undefined)[] {
  let arrivedMs = 0;
  let lastMs = 0;
  return calls.map(({ gapMs, amounts }) => {
    arrivedMs += gapMs;
    if (pool.tooLarge(amounts) !== undefined) return undefined;
    lastMs = pool.earliestMs(Math.max(lastMs, arrivedMs), amounts);
    const charge = { ...amounts, event: -1, startMs: 0 };
    pool.charge(lastMs, charge);
    pool.settle(lastMs, charge, charge);
    return lastMs;
  });
}

test("a higher cap never delays", () => {
  fc.assert(
    fc.property(
      ruleSets,
      shortLimits,
      arrivals,
      fc.integer({ min: 1, max: 50 }),
      (rules, limits, calls, more) => {
        const higher = limits.map((limit) => ({ ...limit, amount: limit.amount + more }));
        const make = (declared: readonly Limit[]) =>
          new PoolUsage({ ...rules, limits: withoutCalls(declared) }, 0, (monotonicMs) => monotonicMs);
        // The same calls in both: what is too large for the lower one is left out.
        const small = calls.filter(({ amounts }) => make(limits).tooLarge(amounts) === undefined);
        const before = startsOf(make(limits), small);
        startsOf(make(higher), small).forEach((startMs, index) => {
          expect(startMs).toBeLessThanOrEqual(before[index]!);
        });
      },
    ),
    { seed, numRuns: 500 },
  );
});

test("a lower-priority arrival never delays a higher one that waits", async () => {
  await fc.assert(
    fc.asyncProperty(
      ruleSets,
      shortLimits,
      fc.array(askedAmounts, { minLength: 1, maxLength: 12 }),
      fc.array(askedAmounts, { minLength: 1, maxLength: 12 }),
      async (rules, limits, high, low) => {
        const run = async (lowerToo: boolean): Promise<(number | undefined)[]> => {
          const bench = new TestBench(
            { ...rules, limits: withoutCalls(limits) },
            { agingMs: Number.POSITIVE_INFINITY },
          );
          const asked: Asked[] = high.map((amounts) => bench.ask({ amounts, level: 0, tenant: "high" }));
          // Whoever comes while nobody more important waits may take the room that is there.
          const isWaited = asked.at(-1)?.answer === undefined;
          if (lowerToo && isWaited)
            for (const amounts of low) bench.ask({ amounts, level: 2, tenant: "low" });
          await bench.run(300_000);
          return asked.map(({ answer }) => (answer?.kind === "lease" ? answer.startMs : undefined));
        };
        expect(await run(true)).toEqual(await run(false));
      },
    ),
    { seed, numRuns: 200 },
  );
});
