import { test } from "vitest";
import { expectKeptOverKills } from "../../support/journal/expect-kept-over-kills.ts";

const KILLS = 10;

test(`killed ${KILLS} times under load: no window over the limit, no double refund, no day that goes back`, async () => {
  await expectKeptOverKills(KILLS);
});
