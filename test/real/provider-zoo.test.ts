import { expect, test } from "vitest";
import { printedSeed } from "../support/scheduling/seed.ts";
import { expectSocketZooKept } from "../support/zoo/expect-kept.ts";
import { runSocketZoo } from "../support/zoo/socket-zoo.ts";

test("over sockets, at three times what they take, no provider of the zoo turns anything away", async () => {
  const run = await runSocketZoo({ seed: printedSeed("provider zoo over sockets"), windows: 4, overload: 3 });
  expectSocketZooKept(run);
  expect(run.clients).toHaveLength(2);
});
