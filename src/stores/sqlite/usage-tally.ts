import { seriesFilter, usesTags } from "../../cost/ledger/series.ts";
import { groupValues } from "../../cost/ledger/usage-groups.ts";
import type { UsageQuery } from "../../cost/ledger/usage-query.ts";
import { SEVERAL_SOURCES, UsageSums } from "../../cost/ledger/usage-sums.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { GroupFinder } from "./group-finder.ts";
import { READ_COLUMN_COUNT } from "./ledger-columns.ts";
import type { PackedSummary } from "./packed-summary.ts";
import { SumTable } from "./sum-table.ts";

/** Columns before the sums: how many rows there are, for which series it stands, and when. */
const KEY_COUNT = 3;
/** Where the totals are in the table of sums. */
const TOTALS = 0;

/** What was added up so far of what a query asks for: the totals, and each of its groups. */
export class UsageTally {
  readonly query: UsageQuery;
  readonly isTagged: boolean;
  readonly finder: GroupFinder;
  /** Of each series that is asked for, by its id, the number that stands for it in {@link finder}. */
  readonly members = new Map<number, number>();
  /** The totals, then the groups by their numbers. */
  readonly #sums = new SumTable(SEVERAL_SOURCES);
  readonly #numbers = new Float64Array(KEY_COUNT + READ_COLUMN_COUNT);

  constructor(query: UsageQuery) {
    this.query = query;
    this.isTagged = usesTags(query.groupBy);
    this.finder = new GroupFinder(query.groupBy);
  }

  /** There are more groups than anybody wants, so that what is still to come does not matter. */
  get isFull(): boolean {
    return this.finder.groupCount > (this.query.maxGroupCount ?? Number.POSITIVE_INFINITY);
  }

  /** Adds what a row of three keys and the columns of `ledger-columns.ts` holds; `priceSource` is the text of its last. */
  add(row: readonly number[], priceSource: string | undefined): void {
    // Of one type for all, numbers are added several times as fast.
    const numbers = this.#numbers;
    for (let index = 0; index < row.length; index++) numbers[index] = row[index]!;
    this.#sums.addRead(TOTALS, numbers, KEY_COUNT, priceSource);
    for (const group of this.finder.groupsOf(row[1]!, row[2]!)) {
      this.#sums.addRead(placeOf(group), numbers, KEY_COUNT, priceSource);
    }
  }

  /** Adds what is at a place of a table, for the series for which a number stands. */
  addFrom(
    table: SumTable<string>,
    place: number,
    { member, startMs }: { member: number; startMs: number },
  ): void {
    this.#sums.addFrom(TOTALS, table, place);
    for (const group of this.finder.groupsOf(member, startMs)) {
      this.#sums.addFrom(placeOf(group), table, place);
    }
  }

  /** Adds single rows, as far as they are asked for. */
  addEntries(entries: Iterable<LedgerEntry>): void {
    const { groupBy, startWallMs, endWallMs } = this.query;
    const isAskedFor = seriesFilter(this.query);
    for (const entry of entries) {
      const { wallMs } = entry;
      if (!isAskedFor(entry) || wallMs < (startWallMs ?? wallMs)) continue;
      if (endWallMs !== undefined && wallMs >= endWallMs) continue;
      const own = new UsageSums();
      own.addEntry(entry);
      this.#sums.addSums(TOTALS, own, own.priceSource);
      for (const values of groupValues(groupBy, entry, wallMs)) {
        this.#sums.addSums(placeOf(this.finder.groupOf(values)), own, own.priceSource);
      }
    }
  }

  pack(): PackedSummary {
    const { groups, values } = this.finder.sorted();
    const sums = this.#sums.pack([TOTALS, ...groups.map(placeOf)]);
    return { dimensions: this.query.groupBy, values, sums };
  }
}

/** Where a group is in the table of sums. */
function placeOf(group: number): number {
  return group + 1;
}
