import { expect, test } from "vitest";
import { checkWorld } from "../support/completion/check-world.ts";
import { printedSeed } from "../support/scheduling/seed.ts";

const WORLDS = 150;

test("in random worlds who can be answered is, and no candidate is called that may not be", async () => {
  const first = printedSeed("complete");
  const sum = {
    answered: 0,
    refused: 0,
    sure: 0,
    calls: 0,
    retries: 0,
    heldBack: 0,
    hedges: 0,
    foundAgain: 0,
  };
  for (let seed = first; seed < first + WORLDS; seed++) {
    const report = await checkWorld(seed).catch((error: unknown) => {
      throw new Error(`failed with HEADWAY_SEED=${seed}: ${error}`, { cause: error });
    });
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += report[key];
  }
  console.log(JSON.stringify(sum));
  const { answered, refused, sure, calls, retries } = sum;
  for (const count of [answered, refused, sure, calls]) expect(count).toBeGreaterThan(100);
  expect(retries).toBeGreaterThan(10);
});
