import { expect, test } from "vitest";
import { printedSeed } from "../support/scheduling/seed.ts";
import { expectSocketZooKept, wasDisturbed } from "../support/zoo/expect-kept.ts";
import { runSocketZoo } from "../support/zoo/socket-zoo.ts";

/** As often a machine may stand still before the test says that it does. */
const MOST_RUNS = 3;

test("over sockets, at three times what they take, no provider of the zoo turns anything away", async () => {
  const options = { seed: printedSeed("provider zoo over sockets"), windows: 4, overload: 3 };
  let run = await runSocketZoo(options);
  for (let count = 1; count < MOST_RUNS && wasDisturbed(run); count++) run = await runSocketZoo(options);
  expectSocketZooKept(run);
  expect(run.clients).toHaveLength(2);
});
