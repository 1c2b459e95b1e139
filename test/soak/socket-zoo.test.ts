import { expect, test } from "vitest";
import { printedSeed } from "../support/scheduling/seed.ts";
import { expectSocketZooKept } from "../support/zoo/expect-kept.ts";
import { runSocketZoo } from "../support/zoo/socket-zoo.ts";
import { soak } from "./soak-time.ts";

test("no provider of the zoo turns anything away over sockets, at three times what it takes", async () => {
  const rounds = await soak(printedSeed("provider zoo over sockets"), async (seed) => {
    expectSocketZooKept(await runSocketZoo({ seed, windows: 12, overload: 3 }));
  });
  expect(rounds).toBeGreaterThan(0);
});
