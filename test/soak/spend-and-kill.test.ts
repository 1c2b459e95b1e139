import { test } from "vitest";
import { killSpenders } from "../support/money/kill-spenders.ts";

const KILLS = 20;
const LONG = { timeout: 30 * 60_000 };

test(
  `200 callers spend at most their $1 through Complete, each of ${KILLS} times with a kill among them`,
  LONG,
  async () => {
    for (let round = 0; round < KILLS; round++) print(await killSpenders("complete", 1));
  },
);

test(
  `200 callers spend at most their $1 in slots, though Headway is killed ${KILLS} times among them`,
  LONG,
  async () => {
    print(await killSpenders("slots", KILLS));
  },
);

function print({ refusals, ...report }: Awaited<ReturnType<typeof killSpenders>>): void {
  console.log({ ...report, refused: refusals.length });
}
