import { DAY_MS, HOUR_MS } from "../../core/durations.ts";
import { usesTags } from "../../cost/ledger/series.ts";
import type { UsageQuery } from "../../cost/ledger/usage-query.ts";

/** A kind of sum: over which stretch of time, and which rows are told apart. */
export interface LedgerGrain {
  /** As in the column `grain`. */
  readonly id: number;
  readonly unitMs: number;
  readonly isTagged: boolean;
}

/** One of which there are usually so many sums that they are packed; see `ledger-block.ts`. */
export interface BlockGrain extends LedgerGrain {
  /** Over which stretch of time a block reaches. */
  readonly blockMs: number;
}

/** The sums that every row is added to. */
export const GRAINS = {
  hour: { id: 0, unitMs: HOUR_MS, isTagged: false },
  day: { id: 1, unitMs: DAY_MS, isTagged: false },
  // For ranges that begin or end within a day. Blocks of single hours would take three times the room.
  taggedHour: { id: 2, unitMs: HOUR_MS, isTagged: true, blockMs: 4 * HOUR_MS },
  taggedDay: { id: 3, unitMs: DAY_MS, isTagged: true, blockMs: DAY_MS },
} as const satisfies Record<string, LedgerGrain | BlockGrain>;

/** Those of them that are packed. */
export const BLOCK_GRAINS: readonly BlockGrain[] = [GRAINS.taggedDay, GRAINS.taggedHour];

/** Sums of hours and days in which the same rows are told apart. */
export interface SumLevel {
  readonly hasTenant: boolean;
  /** Also tells providers apart. */
  readonly hasModel: boolean;
  readonly isTagged: boolean;
  readonly hour: LedgerGrain;
  readonly day: LedgerGrain;
}

/** Sums in which all is told apart but tags. */
export const UNTAGGED_LEVEL: SumLevel = {
  hasTenant: true,
  hasModel: true,
  isTagged: false,
  hour: GRAINS.hour,
  day: GRAINS.day,
};

/**
 * Sums in which rows of different tenants or models are not told apart, for questions that do not ask for them: there
 * are far fewer. They are made from the others hour by hour, when an hour is over. In the order of how many there
 * usually are.
 */
export const COARSE_LEVELS: readonly SumLevel[] = [
  level(4, { hasTenant: false, hasModel: true, isTagged: false }),
  level(6, { hasTenant: true, hasModel: false, isTagged: false }),
  level(8, { hasTenant: false, hasModel: false, isTagged: true }),
  level(10, { hasTenant: false, hasModel: true, isTagged: true }),
  level(12, { hasTenant: true, hasModel: false, isTagged: true }),
];

function level(id: number, kind: Pick<SumLevel, "hasTenant" | "hasModel" | "isTagged">): SumLevel {
  const { isTagged } = kind;
  return { ...kind, hour: { id, unitMs: HOUR_MS, isTagged }, day: { id: id + 1, unitMs: DAY_MS, isTagged } };
}

/** The level with the fewest sums that can answer a query. Undefined: it asks for all that is told apart. */
export function coarseLevelFor({ groupBy, models, tenant }: UsageQuery): SumLevel | undefined {
  const needsTenant = tenant !== undefined || groupBy.includes("tenant");
  const needsModel = models.length > 0 || groupBy.includes("model") || groupBy.includes("provider");
  const needsTags = usesTags(groupBy);
  return COARSE_LEVELS.find(
    ({ hasTenant, hasModel, isTagged }) =>
      isTagged === needsTags && (hasTenant || !needsTenant) && (hasModel || !needsModel),
  );
}
