import { afterAll, describe, expect, test } from "vitest";
import { expectKept } from "../support/scheduling/audit-zoo.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { runZooCase, utilization, zooCases } from "../support/scheduling/zoo-cases.ts";

const seed = printedSeed("provider zoo");
let grants = 0;

describe("under three times what they take, over minutes", () => {
  const windows = 5;
  for (const zooCase of zooCases(60_000, 600)) {
    test(zooCase.name, async () => {
      const outcome = await runZooCase(zooCase, seed, windows, 3);
      grants += outcome.grants;
      expectKept(zooCase, outcome);
      expect(utilization(zooCase, outcome, windows)).toBeGreaterThanOrEqual(0.99);
    });
  }
});

describe("over thousands of short windows", () => {
  for (const zooCase of zooCases(600, 60)) {
    test(zooCase.name, async () => {
      const outcome = await runZooCase(zooCase, seed, 1900, 1.2);
      grants += outcome.grants;
      expectKept(zooCase, outcome);
    });
  }
});

afterAll(() => {
  console.log(`provider zoo: ${grants} grants, none turned away`);
  expect(grants).toBeGreaterThan(1_000_000);
});
