import { expect, test } from "vitest";
import type { Parts } from "../../src/app/parts.ts";
import { whyUnready } from "../../src/app/why-unready.ts";
import { refuse } from "../../src/core/refusal.ts";

const FULL = refuse("STORE_UNAVAILABLE", "the ledger is full");

test.each([
  ["all is well", true, true, undefined, undefined],
  ["there are budgets", false, true, undefined, undefined],
  ["the journal cannot be written, and nothing has a budget", true, false, undefined, undefined],
  [
    "the journal cannot be written, and budgets count calls",
    false,
    false,
    undefined,
    /^calls that budgets count/,
  ],
  ["no new call is taken", true, true, FULL, /^the ledger is full$/],
] as const)("while %s", (_, isEmpty, keepsReservations, refusal, expected) => {
  const parts = {
    budgets: { isEmpty },
    keepsReservations: () => keepsReservations,
    refuseNew: () => refusal,
  };
  const why = whyUnready(parts as unknown as Parts);
  if (expected === undefined) expect(why).toBeUndefined();
  else expect(why).toMatch(expected);
});
