import { expect, test } from "vitest";
import { expectKept } from "../support/scheduling/audit-zoo.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { runZooCase, utilization, zooCases } from "../support/scheduling/zoo-cases.ts";
import { soak } from "./soak-time.ts";

test("no provider of the zoo turns anything away, at three times what it takes", async () => {
  let grants = 0;
  const rounds = await soak(printedSeed("provider zoo"), async (seed) => {
    for (const zooCase of zooCases(60_000, 600)) {
      const outcome = await runZooCase(zooCase, seed, 30, 3);
      grants += outcome.grants;
      expectKept(zooCase, outcome);
      expect(utilization(zooCase, outcome, 30), zooCase.name).toBeGreaterThanOrEqual(0.99);
    }
    for (const zooCase of zooCases(600, 60)) {
      const outcome = await runZooCase(zooCase, seed, 2000, 3);
      grants += outcome.grants;
      expectKept(zooCase, outcome);
    }
  });
  console.log(`${rounds} rounds, ${grants} grants, none turned away`);
  expect(grants).toBeGreaterThan(0);
});
