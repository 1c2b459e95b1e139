import fc from "fast-check";
import { expect, test } from "vitest";
import { commands, ruleSets, wallStarts } from "../support/scheduling/arbitrary.ts";
import { checkHistory } from "../support/scheduling/check-history.ts";
import { printedSeed } from "../support/scheduling/seed.ts";

test("answers as the oracle does under random histories of every kind of limit", () => {
  let started = 0;
  fc.assert(
    fc.property(
      ruleSets,
      wallStarts,
      fc.array(commands, { maxLength: 150, size: "max" }),
      (rules, wallStartMs, history) => {
        started += checkHistory(rules, wallStartMs, history);
      },
    ),
    { seed: printedSeed("pool usage against the oracle"), numRuns: 3000 },
  );
  expect(started).toBeGreaterThan(30_000);
});
