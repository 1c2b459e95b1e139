import fc from "fast-check";
import { expect, test } from "vitest";
import { ruleSets } from "../support/scheduling/arbitrary.ts";
import { SchedulerCheck, shortLimits, steps } from "../support/scheduling/check-scheduler.ts";
import { printedSeed } from "../support/scheduling/seed.ts";

test("starts, waits and refuses as the oracle does", async () => {
  let started = 0;
  await fc.assert(
    fc.asyncProperty(
      ruleSets,
      shortLimits,
      fc.array(steps, { maxLength: 60, size: "max" }),
      async (rules, limits, life) => {
        const check = new SchedulerCheck({ ...rules, limits });
        await check.play(life);
        started += check.started;
      },
    ),
    { seed: printedSeed("scheduler against the oracle"), numRuns: 1500 },
  );
  expect(started).toBeGreaterThan(8_000);
});
