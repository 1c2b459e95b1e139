import { test } from "vitest";
import { expectLedgerKeptOverKills } from "../support/ledger/expect-ledger-kept-over-kills.ts";

const KILLS = 100;

test(`killed ${KILLS} times while it writes, sums and packs: no row is lost, and every sum is that of the rows`, {
  timeout: 600_000,
}, async () => {
  await expectLedgerKeptOverKills(KILLS);
});
