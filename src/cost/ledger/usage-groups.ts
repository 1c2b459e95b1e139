import { utcDayText, utcHourText } from "../../core/calendar.ts";
import type { Series } from "./series.ts";
import type { UsageDimension, UsageGroup } from "./usage-query.ts";
import { UsageSums } from "./usage-sums.ts";

interface Group {
  readonly values: readonly string[];
  readonly sums: UsageSums;
}

/** Sums by the values of the dimensions of a query. */
export class UsageGroups {
  readonly #dimensions: readonly UsageDimension[];
  readonly #groups = new Map<string, Group>();

  constructor(dimensions: readonly UsageDimension[]) {
    this.#dimensions = dimensions;
  }

  get count(): number {
    return this.#groups.size;
  }

  /** The sums of every group to which a series at a wall time belongs: several by `tag`, none without dimensions. */
  sumsFor(series: Series, wallMs: number): UsageSums[] {
    return groupValues(this.#dimensions, series, wallMs).map((values) => this.sumsOf(values));
  }

  /** The sums of the group with these values, in the order of the dimensions. */
  sumsOf(values: readonly string[]): UsageSums {
    const id = JSON.stringify(values);
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = { values, sums: new UsageSums() };
      this.#groups.set(id, group);
    }
    return group.sums;
  }

  /** All groups in the order of their values. */
  list(): UsageGroup[] {
    return [...this.#groups.values()]
      .sort((left, right) => compareValues(left.values, right.values))
      .map(({ values, sums }) => usageGroup(this.#dimensions, values, sums));
  }
}

/** A group as users see it. */
export function usageGroup(
  dimensions: readonly UsageDimension[],
  values: readonly string[],
  sums: UsageSums,
): UsageGroup {
  const key: Record<string, string> = {};
  for (let index = 0; index < dimensions.length; index++) key[dimensions[index]!] = values[index]!;
  return { key, totals: sums.totals() };
}

/**
 * The values of a series in each dimension, one list for each group that it is in: `tag` makes one for each of its
 * tags, and none without tags.
 */
export function groupValues(
  dimensions: readonly UsageDimension[],
  series: Series,
  wallMs: number,
): string[][] {
  if (dimensions.length === 0) return [];
  let lists: string[][] = [[]];
  for (const dimension of dimensions) {
    const values =
      dimension === "tag"
        ? Object.entries(series.tags).map(([name, value]) => `${name}=${value}`)
        : [valueIn(dimension, series, wallMs)];
    lists = lists.flatMap((list) => values.map((value) => [...list, value]));
  }
  return lists;
}

function valueIn(dimension: Exclude<UsageDimension, "tag">, series: Series, wallMs: number): string {
  switch (dimension) {
    case "model":
    case "provider":
    case "tenant":
      return series[dimension];
    case "day":
      return utcDayText(wallMs);
    case "hour":
      return utcHourText(wallMs);
    default:
      return series.tags[dimension.slice("tag:".length)] ?? "";
  }
}

/** The order of groups: by the first dimension in which they differ. */
export function compareValues(values: readonly string[], others: readonly string[]): number {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    const other = others[index]!;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
