import { setImmediate as nextTurn } from "node:timers/promises";
import { DAY_MS, HOUR_MS } from "../../core/durations.ts";
import type { LedgerStore } from "../../cost/ledger/ledger-store.ts";
import { planRanges, startOfUnit, type TimeRange } from "../../cost/ledger/plan-ranges.ts";
import { type Series, seriesFilter } from "../../cost/ledger/series.ts";
import { UsageGroups } from "../../cost/ledger/usage-groups.ts";
import type { UsageQuery, UsageSummary } from "../../cost/ledger/usage-query.ts";
import { UsageSums } from "../../cost/ledger/usage-sums.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { LedgerBucket, type LedgerCell } from "./ledger-bucket.ts";
import { LedgerRows } from "./ledger-rows.ts";

/** How much a ledger in memory keeps. */
export interface MemoryLedgerLimits {
  /** Single rows, for ranges that cut an hour. */
  readonly maxRows: number;
  /** Series (tenant, model and tags) told apart in one hour or day; further ones are added up without their tags. */
  readonly maxCellsPerBucket: number;
  /** Sums by series and hour or day. Above it the oldest hours become days, then the oldest days lose their tags. */
  readonly maxCells: number;
}

/** About 50 MB when all of it is used. */
const DEFAULT_LIMITS: MemoryLedgerLimits = { maxRows: 20_000, maxCellsPerBucket: 2_000, maxCells: 60_000 };

/** Cells added up before other work gets a turn: about 2 ms. */
const CELLS_PER_TURN = 1_000;

/**
 * A ledger that keeps nothing beyond the process: the newest rows, exact sums by the hour, and by the day for what is
 * longer ago. Totals are always exact; what bounded memory can cost is the split by tag, the split by hour, and the
 * sharpness of a range's bounds.
 */
export class MemoryLedger implements LedgerStore {
  readonly #limits: MemoryLedgerLimits;
  readonly #rows: LedgerRows;
  readonly #hours = new Map<number, LedgerBucket>();
  readonly #days = new Map<number, LedgerBucket>();
  /** Days before this one are, or are becoming, sums by the day. */
  #hoursFromMs = Number.NEGATIVE_INFINITY;
  /** Days before this one have lost their tags. */
  #tagsFromMs = Number.NEGATIVE_INFINITY;
  #newestMs = Number.NEGATIVE_INFINITY;
  #cellCount = 0;
  /** Queries that are being answered: cells must not move meanwhile. */
  #readerCount = 0;

  constructor(limits: Partial<MemoryLedgerLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#rows = new LedgerRows(this.#limits.maxRows);
  }

  record(entry: LedgerEntry): void {
    this.#newestMs = Math.max(this.#newestMs, entry.wallMs);
    const bucket =
      entry.wallMs < this.#hoursFromMs
        ? this.#bucket(this.#days, startOfUnit(entry.wallMs, DAY_MS))
        : this.#bucket(this.#hours, startOfUnit(entry.wallMs, HOUR_MS));
    const sizeBefore = bucket.size;
    const sums = new UsageSums();
    sums.addEntry(entry);
    const cell = bucket.cellFor(entry);
    cell.sums.addSums(sums);
    this.#rows.add({ wallMs: entry.wallMs, series: keptSeries(cell, entry), sums });
    this.#cellCount += bucket.size - sizeBefore;
    if (this.#cellCount > this.#limits.maxCells && this.#readerCount === 0) this.#shrink();
  }

  async query(query: UsageQuery): Promise<UsageSummary> {
    const plan = planRanges({
      startMs: query.startWallMs ?? Number.NEGATIVE_INFINITY,
      endMs: query.endWallMs ?? Number.POSITIVE_INFINITY,
      rowsFromMs: this.#rows.rowsFromMs,
      hoursFromMs: this.#hoursFromMs,
      useDays: false,
    });
    const totals = new UsageSums();
    const groups = new UsageGroups(query.groupBy);
    const isAskedFor = seriesFilter(query);
    for (const range of plan.rows) {
      for (const row of this.#rows.within(range)) {
        if (!isAskedFor(row.series)) continue;
        totals.addSums(row.sums);
        for (const sums of groups.sumsFor(row.series, row.wallMs)) sums.addSums(row.sums);
      }
    }
    let cellCount = 0;
    this.#readerCount++;
    try {
      for (const { startMs, cell } of this.#cellsWithin([...plan.days, ...plan.hours])) {
        if (++cellCount % CELLS_PER_TURN === 0) await nextTurn();
        if (!isAskedFor(cell.series)) continue;
        if (groups.count > (query.maxGroupCount ?? Number.POSITIVE_INFINITY)) break;
        totals.addSums(cell.sums);
        for (const sums of groups.sumsFor(cell.series, startMs)) sums.addSums(cell.sums);
      }
    } finally {
      this.#readerCount--;
    }
    return { totals: totals.totals(), groups: groups.list() };
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}

  /** The cells of all hours and days that start in one of the ranges, as they are listed now. */
  #cellsWithin(ranges: readonly TimeRange[]): { startMs: number; cell: LedgerCell }[] {
    const found: { startMs: number; cell: LedgerCell }[] = [];
    for (const buckets of [this.#days, this.#hours]) {
      for (const bucket of buckets.values()) {
        const { startMs } = bucket;
        if (!ranges.some((range) => startMs >= range.startMs && startMs < range.endMs)) continue;
        for (const cell of bucket.cells()) found.push({ startMs, cell });
      }
    }
    return found;
  }

  #bucket(buckets: Map<number, LedgerBucket>, startMs: number): LedgerBucket {
    let bucket = buckets.get(startMs);
    if (bucket === undefined) {
      bucket = new LedgerBucket(startMs, this.#limits.maxCellsPerBucket);
      buckets.set(startMs, bucket);
    }
    return bucket;
  }

  /** One step, so that no row pays for more than one hour: the oldest hour becomes part of its day, or a day its tags. */
  #shrink(): void {
    const todayMs = startOfUnit(this.#newestMs, DAY_MS);
    const hour = this.#oldest(this.#hours, todayMs);
    if (hour !== undefined) {
      const dayMs = startOfUnit(hour.startMs, DAY_MS);
      this.#hoursFromMs = Math.max(this.#hoursFromMs, dayMs + DAY_MS);
      this.#hours.delete(hour.startMs);
      const day = this.#bucket(this.#days, dayMs);
      const sizeBefore = day.size;
      day.addAll(hour);
      this.#cellCount += day.size - sizeBefore - hour.size;
      return;
    }
    const day = this.#oldest(this.#days, todayMs, this.#tagsFromMs);
    if (day === undefined) return;
    const bare = day.withoutTags();
    this.#days.set(day.startMs, bare);
    this.#tagsFromMs = day.startMs + DAY_MS;
    this.#cellCount += bare.size - day.size;
  }

  #oldest(
    buckets: ReadonlyMap<number, LedgerBucket>,
    beforeMs: number,
    fromMs = Number.NEGATIVE_INFINITY,
  ): LedgerBucket | undefined {
    let oldest: LedgerBucket | undefined;
    for (const bucket of buckets.values()) {
      if (bucket.startMs < fromMs || bucket.startMs >= beforeMs) continue;
      if (oldest === undefined || bucket.startMs < oldest.startMs) oldest = bucket;
    }
    return oldest;
  }
}

/** The series of a row: that of its cell, which is there anyway, unless it has lost the row's tags. */
function keptSeries({ series }: LedgerCell, { tenant, provider, model, tags }: Series): Series {
  const hasTags = Object.keys(series.tags).length === Object.keys(tags).length;
  return hasTags ? series : { tenant, provider, model, tags };
}
