import fc from "fast-check";
import { expect, test } from "vitest";
import { commands, ruleSets, wallStarts } from "../support/scheduling/arbitrary.ts";
import { checkHistory } from "../support/scheduling/check-history.ts";
import { SchedulerCheck, shortLimits, steps } from "../support/scheduling/check-scheduler.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { soak } from "./soak-time.ts";

test("the pool answers as the oracle does", async () => {
  let started = 0;
  const rounds = await soak(printedSeed("pool usage against the oracle"), (seed) => {
    fc.assert(
      fc.property(
        ruleSets,
        wallStarts,
        fc.array(commands, { maxLength: 300, size: "max" }),
        (rules, wallStartMs, history) => {
          started += checkHistory(rules, wallStartMs, history);
        },
      ),
      { seed, numRuns: 500 },
    );
  });
  console.log(`${rounds} rounds, ${started} starts`);
  expect(started).toBeGreaterThan(0);
});

test("the scheduler starts, waits and refuses as the oracle does", async () => {
  let started = 0;
  const rounds = await soak(printedSeed("scheduler against the oracle"), async (seed) => {
    await fc.assert(
      fc.asyncProperty(
        ruleSets,
        shortLimits,
        fc.array(steps, { maxLength: 120, size: "max" }),
        async (rules, limits, life) => {
          const check = new SchedulerCheck({ ...rules, limits });
          await check.play(life);
          started += check.started;
        },
      ),
      { seed, numRuns: 200 },
    );
  });
  console.log(`${rounds} rounds, ${started} starts`);
  expect(started).toBeGreaterThan(0);
});
