import { expect, test } from "vitest";
import { checkWorld } from "../support/completion/check-world.ts";
import { printedSeed } from "../support/scheduling/seed.ts";
import { soak } from "./soak-time.ts";

test("in random worlds who can be answered is, and no candidate is called that may not be", async () => {
  const sum = { answered: 0, refused: 0, sure: 0, calls: 0, retries: 0, heldBack: 0, hedges: 0 };
  const rounds = await soak(printedSeed("complete"), async (seed) => {
    const report = await checkWorld(seed);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += report[key];
  });
  console.log(`${rounds} worlds: ${JSON.stringify(sum)}`);
  expect(sum.sure).toBeGreaterThan(0);
});
