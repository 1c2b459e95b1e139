import type { DatabaseSync, StatementSync } from "node:sqlite";
import { DAY_MS, HOUR_MS } from "../../core/durations.ts";
import {
  around,
  planRanges,
  type RangePlan,
  startOfUnit,
  type TimeRange,
  within,
} from "../../cost/ledger/plan-ranges.ts";
import { type Series, seriesFilter } from "../../cost/ledger/series.ts";
import type { UsageQuery } from "../../cost/ledger/usage-query.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { BlockSums } from "./block-sums.ts";
import { readBlocks } from "./ledger-block.ts";
import { NO_TEXT, READ_ROW_SUMS, READ_SUM_SUMS, READ_SUMS } from "./ledger-columns.ts";
import { BLOCK_GRAINS, type BlockGrain, coarseLevelFor, GRAINS, type LedgerGrain } from "./ledger-grain.ts";
import { ANY_TAGS } from "./ledger-interns.ts";
import { type LedgerState, readLedgerState } from "./ledger-state.ts";
import type { PackedSummary } from "./packed-summary.ts";
import { UsageTally } from "./usage-tally.ts";

/** Beyond every wall time, and exact as a double. */
const END_OF_TIME_MS = 2 ** 53;

/** Joins a row with the series that stands for all its tags; there is one for every series. */
const UNTAGGED_OF_ROW = `
  CROSS JOIN ledger_series own ON own.id = ledger_row.series
  CROSS JOIN ledger_series untagged INDEXED BY ledger_series_untagged
    ON untagged.tenant = own.tenant AND untagged.provider = own.provider AND untagged.model = own.model
    AND untagged.tags = ''
  CROSS JOIN selected ON selected.series = untagged.id`;

/** Id, tenant, provider, model and tags. */
type SeriesRow = [number, string, string, string, string];

/** What is to be read, as SQL. */
interface Reading {
  /** What is read of single rows or sums, and what when they are added up. Undefined: single ones are not read. */
  readonly single: string | undefined;
  readonly addedUp: string;
  readonly startMs: string;
  readonly from: string;
  readonly values: readonly number[];
  /** A series has few sums in it. */
  readonly isShort: boolean;
}

/** Answers queries from rows and sums, in the sums that make for the least reading. */
export class LedgerReader {
  readonly #database: DatabaseSync;
  readonly #taggedSeries: StatementSync;
  readonly #untaggedSeries: StatementSync;
  readonly #findText: StatementSync;
  readonly #select: StatementSync;
  readonly #texts = new Map<number, string>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec("CREATE TEMP TABLE selected (series INTEGER PRIMARY KEY, member INTEGER NOT NULL)");
    const all = "SELECT id, tenant, provider, model, tags FROM ledger_series";
    this.#taggedSeries = database.prepare(`${all} WHERE tags <> ''`);
    this.#untaggedSeries = database.prepare(`${all} WHERE tags = ''`);
    // Arrays are read three times as fast as objects.
    this.#taggedSeries.setReturnArrays(true);
    this.#untaggedSeries.setReturnArrays(true);
    this.#findText = database.prepare("SELECT text FROM ledger_text WHERE id = ?");
    this.#select = database.prepare("INSERT INTO selected VALUES (?, ?)");
  }

  /** `unwritten`: rows that could not be written yet and count all the same. Throws what SQLite throws. */
  query(query: UsageQuery, unwritten: Iterable<LedgerEntry>): PackedSummary {
    this.#database.exec("BEGIN");
    try {
      const tally = new UsageTally(query);
      this.#read(tally);
      tally.addEntries(unwritten);
      return tally.pack();
    } finally {
      this.#database.exec("ROLLBACK");
    }
  }

  #read(tally: UsageTally): void {
    this.#selectSeries(tally);
    const { hour, day, taggedHour, taggedDay } = GRAINS;
    const state = readLedgerState(this.#database);
    const plan = planOf(tally, state);
    const coarse = coarseLevelFor(tally.query);
    const { startMs, endMs } = state.coarse;
    const coarseDays = { startMs, endMs: startOfUnit(endMs, DAY_MS) };
    for (const range of plan.rows) this.#readRows(tally, range);
    for (const range of [...plan.hours, ...plan.days]) this.#readUnsummed(tally, range, state.summedRowId);
    for (const range of plan.hours) {
      this.#readSums(tally, tally.isTagged ? taggedHour : hour, coarse?.hour, range, state.coarse);
    }
    for (const range of plan.days) {
      this.#readSums(tally, tally.isTagged ? taggedDay : day, coarse?.day, range, coarseDays);
    }
  }

  /** Notes for every series that is asked for to which groups it belongs. */
  #selectSeries({ query, isTagged, finder, members }: UsageTally): void {
    this.#database.exec("DELETE FROM selected");
    const isAskedFor = seriesFilter(query);
    const all = isTagged ? this.#taggedSeries : this.#untaggedSeries;
    const parsedTags = new Map<string, Series["tags"]>([[ANY_TAGS, {}]]);
    for (const row of all.iterate() as Iterable<unknown> as Iterable<SeriesRow>) {
      const [id, tenant, provider, model, tagsText] = row;
      if (!isAskedFor({ tenant, model })) continue;
      let tags = parsedTags.get(tagsText);
      if (tags === undefined) {
        tags = JSON.parse(tagsText) as Series["tags"];
        parsedTags.set(tagsText, tags);
      }
      const member = finder.memberOf({ tenant, provider, model, tags });
      this.#select.run(id, member);
      members.set(id, member);
    }
  }

  #readRows(tally: UsageTally, { startMs, endMs }: TimeRange): void {
    this.#collectRows(tally, "wall_ms >= ? AND wall_ms < ?", [startMs, endMs]);
  }

  /** Reads the rows after `summedRowId`: they are few, and found by their ids. */
  #readUnsummed(tally: UsageTally, { startMs, endMs }: TimeRange, summedRowId: number): void {
    const where = "ledger_row.id > ? AND +wall_ms >= ? AND +wall_ms < ?";
    this.#collectRows(tally, where, [summedRowId, startMs, endMs]);
  }

  #collectRows(tally: UsageTally, where: string, values: readonly number[]): void {
    const selected = tally.isTagged ? "CROSS JOIN selected USING (series)" : UNTAGGED_OF_ROW;
    this.#collect(tally, {
      single: undefined,
      addedUp: READ_ROW_SUMS,
      startMs: `wall_ms / ${HOUR_MS} * ${HOUR_MS}`,
      from: `ledger_row ${selected} WHERE ${where}`,
      values,
      isShort: false,
    });
  }

  /** Reads a range from coarse sums as far as there are any, and the rest from the others. */
  #readSums(
    tally: UsageTally,
    fine: LedgerGrain,
    coarse: LedgerGrain | undefined,
    range: TimeRange,
    coarseRange: TimeRange,
  ): void {
    const part = coarse && within(range, coarseRange);
    if (part !== undefined) this.#readGrain(tally, coarse!, part);
    for (const rest of part === undefined ? [range] : around(range, part)) {
      const packed = BLOCK_GRAINS.find(({ id }) => id === fine.id);
      if (packed === undefined) this.#readGrain(tally, fine, rest);
      else this.#readPacked(tally, packed, rest);
    }
  }

  /** Reads a range from blocks, and what lies between them from sums. */
  #readPacked(tally: UsageTally, grain: BlockGrain, range: TimeRange): void {
    const sums = new BlockSums(tally, (id) => this.#text(id));
    const isTooCoarse = tally.query.groupBy.includes("hour") && grain.blockMs > grain.unitMs;
    let { startMs } = range;
    for (const block of isTooCoarse ? [] : readBlocks(this.#database, grain, range)) {
      const gap = { startMs, endMs: block.startMs };
      if (startMs < gap.endMs) this.#readGrain(tally, grain, gap, gap.endMs - startMs < grain.blockMs);
      sums.add(block);
      if (asksForTime(tally.query)) sums.flush(block.startMs);
      startMs = block.endMs;
    }
    sums.flush(0);
    // After a block there is only what is not over yet, and after it nothing.
    const isShort = startMs > range.startMs;
    if (startMs < range.endMs) this.#readGrain(tally, grain, { startMs, endMs: range.endMs }, isShort);
  }

  /** `isShort`: a series has few sums in the range. */
  #readGrain(tally: UsageTally, { id }: LedgerGrain, { startMs, endMs }: TimeRange, isShort = false): void {
    this.#collect(tally, {
      single: READ_SUMS,
      addedUp: READ_SUM_SUMS,
      startMs: "start_ms",
      from: "ledger_sum CROSS JOIN selected USING (series) WHERE grain = ? AND start_ms >= ? AND start_ms < ?",
      values: [id, startMs, endMs],
      isShort,
    });
  }

  /**
   * Reads what is added up by what is asked for; but single sums where they are told apart by series, and by time or few
   * in number: there are about as many groups as sums then, and sorting them takes twice as long as reading them.
   */
  #collect(tally: UsageTally, { single, addedUp, startMs, from, values, isShort }: Reading): void {
    const member = tally.finder.memberCount > 1 ? "member" : "0";
    const start = asksForTime(tally.query) ? startMs : "0";
    const isSingle = single !== undefined && member !== "0" && (start !== "0" || isShort);
    const keys = isSingle ? [] : [member, start].filter((key) => key !== "0");
    const columns = isSingle
      ? `1, ${member}, ${start}, ${single}`
      : `count(*), ${member}, ${start}, ${addedUp}`;
    const grouping = keys.length === 0 ? "" : ` GROUP BY ${keys.join(", ")}`;
    const statement = this.#database.prepare(`SELECT ${columns} FROM ${from}${grouping}`);
    statement.setReturnArrays(true);
    for (const row of statement.iterate(...values) as Iterable<unknown> as Iterable<number[]>) {
      if (row[0] === 0) continue;
      if (tally.isFull) return;
      tally.add(row, this.#text(row.at(-1)!));
    }
  }

  /** A text, which never changes. Undefined: there is none. */
  #text(id: number): string | undefined {
    if (id === NO_TEXT) return undefined;
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = String(this.#findText.get(id)?.text ?? "");
      this.#texts.set(id, text);
    }
    return text;
  }
}

function asksForTime({ groupBy }: UsageQuery): boolean {
  return groupBy.includes("day") || groupBy.includes("hour");
}

function planOf({ query, isTagged }: UsageTally, state: LedgerState): RangePlan {
  return planRanges({
    startMs: query.startWallMs ?? -END_OF_TIME_MS,
    endMs: query.endWallMs ?? END_OF_TIME_MS,
    rowsFromMs: state.rowsFromMs,
    hoursFromMs: isTagged ? state.taggedHoursFromMs : state.hoursFromMs,
    useDays: !query.groupBy.includes("hour"),
  });
}
