import { usageGroup } from "../../cost/ledger/usage-groups.ts";
import type { UsageDimension, UsageSummary } from "../../cost/ledger/usage-query.ts";
import { COUNT_FIELDS, MONEY_FIELDS, TOKEN_FIELDS, UsageSums } from "../../cost/ledger/usage-sums.ts";

/** Sums one after the other, as lists of plain values. */
export interface PackedSums<Source> {
  /** Counts and tokens; tokens that are not known are NaN. */
  readonly numbers: Float64Array;
  readonly money: readonly bigint[];
  readonly priceSources: readonly (Source | undefined)[];
}

/**
 * An answer on its way from thread to thread: of thousands of groups, objects would take several times as long to be
 * copied.
 */
export interface PackedSummary {
  readonly dimensions: readonly UsageDimension[];
  /** Of each group its values in all dimensions. */
  readonly values: readonly string[];
  /** The totals, then the groups. */
  readonly sums: PackedSums<string>;
}

const NUMBER_COUNT = COUNT_FIELDS.length + TOKEN_FIELDS.length;

/** The answer that was packed. */
export function unpackSummary({ dimensions, values, sums }: PackedSummary): UsageSummary {
  const width = dimensions.length;
  return {
    totals: sumsAt(sums, 0).totals(),
    groups: Array.from({ length: sums.priceSources.length - 1 }, (_, index) =>
      usageGroup(dimensions, values.slice(index * width, (index + 1) * width), sumsAt(sums, index + 1)),
    ),
  };
}

function sumsAt({ numbers, money, priceSources }: PackedSums<string>, place: number): UsageSums {
  const sums = new UsageSums();
  let index = place * NUMBER_COUNT;
  for (const field of COUNT_FIELDS) sums[field] = numbers[index++]!;
  for (const field of TOKEN_FIELDS) {
    const tokens = numbers[index++]!;
    if (!Number.isNaN(tokens)) sums[field] = tokens;
  }
  index = place * MONEY_FIELDS.length;
  for (const field of MONEY_FIELDS) sums[field] = money[index++]!;
  sums.priceSource = priceSources[place];
  return sums;
}
