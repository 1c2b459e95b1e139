import { DAY_MS, poolRules, requestsPer, tokensPer } from "../scheduling/rules.ts";

export const CRASH_WINDOW_MS = 1_000;
export const CRASH_REQUESTS = 400;
export const CRASH_TOKENS = 12_000;

/** What the process under test is held to: short windows, so that a crash falls into many, and a day. */
export const crashRules = poolRules(
  [
    requestsPer(CRASH_WINDOW_MS, CRASH_REQUESTS),
    tokensPer(CRASH_WINDOW_MS, CRASH_TOKENS),
    requestsPer(DAY_MS, 1_000_000),
  ],
  { spacing: "none", guardMs: 50 },
);
