import { DAY_MS, HOUR_MS } from "../../cost/ledger/plan-ranges.ts";

/** A kind of sum: over which stretch of time, and whether rows with different tags are told apart. */
export interface LedgerGrain {
  /** As in the column `grain`. */
  readonly id: number;
  readonly unitMs: number;
  readonly isTagged: boolean;
}

/** All kinds of sums. */
export const GRAINS = {
  hour: { id: 0, unitMs: HOUR_MS, isTagged: false },
  day: { id: 1, unitMs: DAY_MS, isTagged: false },
  taggedHour: { id: 2, unitMs: HOUR_MS, isTagged: true },
  taggedDay: { id: 3, unitMs: DAY_MS, isTagged: true },
} as const satisfies Record<string, LedgerGrain>;
