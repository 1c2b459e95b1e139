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
    return [...this.#groups.values()].sort(compareGroups).map(({ values, sums }) => ({
      key: Object.fromEntries(this.#dimensions.map((dimension, index) => [dimension, values[index]!])),
      totals: sums.totals(),
    }));
  }
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

function compareGroups(left: Group, right: Group): number {
  for (const [index, value] of left.values.entries()) {
    const other = right.values[index]!;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
