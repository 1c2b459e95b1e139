import { test } from "vitest";
import { expectLedgerKeptOverKills } from "../../support/ledger/expect-ledger-kept-over-kills.ts";

const KILLS = 18;

test(`killed ${KILLS} times while it writes, sums and packs: no row is lost, and every sum is that of the rows`, async () => {
  await expectLedgerKeptOverKills(KILLS);
});
