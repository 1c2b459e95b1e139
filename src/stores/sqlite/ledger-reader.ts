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
import { seriesFilter, usesTags } from "../../cost/ledger/series.ts";
import { groupValues } from "../../cost/ledger/usage-groups.ts";
import type { UsageQuery } from "../../cost/ledger/usage-query.ts";
import { UsageSums } from "../../cost/ledger/usage-sums.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { GroupFinder } from "./group-finder.ts";
import { READ_ROW_SUMS, READ_SUM_SUMS, READ_SUMS } from "./ledger-columns.ts";
import { coarseLevelFor, GRAINS, type LedgerGrain } from "./ledger-grain.ts";
import { type LedgerState, readLedgerState } from "./ledger-state.ts";
import type { PackedSummary } from "./packed-summary.ts";
import { SumTable } from "./sum-table.ts";

/** Beyond every wall time, and exact as a double. */
const END_OF_TIME_MS = 2 ** 53;
/** Columns before the sums: how many rows there are, for which series it stands, and when. */
const KEY_COUNT = 3;
/** Where the totals are in the table of sums. */
const TOTALS = 0;

/** Joins a row with the series that stands for all its tags; there is one, since every row is in sums without tags. */
const UNTAGGED_OF_ROW = `
  CROSS JOIN ledger_series own ON own.id = ledger_row.series
  CROSS JOIN ledger_series untagged INDEXED BY ledger_series_untagged
    ON untagged.tenant = own.tenant AND untagged.provider = own.provider AND untagged.model = own.model
    AND untagged.tags = ''
  CROSS JOIN selected ON selected.series = untagged.id`;

interface SeriesRow {
  readonly id: number;
  readonly tenant: string;
  readonly provider: string;
  readonly model: string;
  readonly tags: string;
}

/** A query on its way, and what was added up so far. */
interface Answer {
  readonly query: UsageQuery;
  readonly isTagged: boolean;
  readonly finder: GroupFinder;
  /** The totals, then the groups by their numbers. */
  readonly sums: SumTable;
}

/** What is to be read, as SQL. */
interface Reading {
  /** What is read of single rows or sums, and what when they are added up. Undefined: single ones are not read. */
  readonly single: string | undefined;
  readonly addedUp: string;
  readonly startMs: string;
  readonly from: string;
  readonly values: readonly number[];
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
    this.#findText = database.prepare("SELECT text FROM ledger_text WHERE id = ?");
    this.#select = database.prepare("INSERT INTO selected VALUES (?, ?)");
  }

  /** `unwritten`: rows that could not be written yet and count all the same. Throws what SQLite throws. */
  query(query: UsageQuery, unwritten: Iterable<LedgerEntry>): PackedSummary {
    this.#database.exec("BEGIN");
    try {
      const { finder, sums } = this.#read(query);
      addEntries(query, unwritten, finder, sums);
      const { groups, values } = finder.sorted();
      return { dimensions: query.groupBy, values, sums: sums.pack([TOTALS, ...groups.map(placeOf)]) };
    } finally {
      this.#database.exec("ROLLBACK");
    }
  }

  #read(query: UsageQuery): Answer {
    const answer: Answer = {
      query,
      isTagged: usesTags(query.groupBy),
      finder: new GroupFinder(query.groupBy),
      sums: new SumTable(),
    };
    this.#selectSeries(answer);
    const { hour, day, taggedHour, taggedDay } = GRAINS;
    const state = readLedgerState(this.#database);
    const plan = planOf(answer, state);
    const coarse = coarseLevelFor(query);
    const { startMs, endMs } = state.coarse;
    const coarseDays = { startMs, endMs: startOfUnit(endMs, DAY_MS) };
    for (const range of plan.rows) this.#readRows(answer, range);
    for (const range of plan.hours) {
      this.#readSums(answer, answer.isTagged ? taggedHour : hour, coarse?.hour, range, state.coarse);
    }
    for (const range of plan.days) {
      this.#readSums(answer, answer.isTagged ? taggedDay : day, coarse?.day, range, coarseDays);
    }
    return answer;
  }

  /** Notes for every series that is asked for to which groups it belongs. */
  #selectSeries({ query, isTagged, finder }: Answer): void {
    this.#database.exec("DELETE FROM selected");
    const isAskedFor = seriesFilter(query);
    const all = isTagged ? this.#taggedSeries : this.#untaggedSeries;
    for (const row of all.iterate() as Iterable<unknown> as Iterable<SeriesRow>) {
      if (!isAskedFor(row)) continue;
      this.#select.run(row.id, finder.memberOf({ ...row, tags: isTagged ? JSON.parse(row.tags) : {} }));
    }
  }

  #readRows(answer: Answer, { startMs, endMs }: TimeRange): void {
    const selected = answer.isTagged ? "CROSS JOIN selected USING (series)" : UNTAGGED_OF_ROW;
    this.#collect(answer, {
      single: undefined,
      addedUp: READ_ROW_SUMS,
      startMs: `wall_ms / ${HOUR_MS} * ${HOUR_MS}`,
      from: `ledger_row ${selected} WHERE wall_ms >= ? AND wall_ms < ?`,
      values: [startMs, endMs],
    });
  }

  /** Reads a range from coarse sums as far as there are any, and the rest from the others. */
  #readSums(
    answer: Answer,
    fine: LedgerGrain,
    coarse: LedgerGrain | undefined,
    range: TimeRange,
    coarseRange: TimeRange,
  ): void {
    const part = coarse && within(range, coarseRange);
    if (part !== undefined) this.#readGrain(answer, coarse!, part);
    for (const rest of part === undefined ? [range] : around(range, part))
      this.#readGrain(answer, fine, rest);
  }

  #readGrain(answer: Answer, grain: LedgerGrain, { startMs, endMs }: TimeRange): void {
    this.#collect(answer, {
      single: READ_SUMS,
      addedUp: READ_SUM_SUMS,
      startMs: "start_ms",
      from: "ledger_sum CROSS JOIN selected USING (series) WHERE grain = ? AND start_ms >= ? AND start_ms < ?",
      values: [grain.id, startMs, endMs],
    });
  }

  /**
   * Reads what is added up by what is asked for; but single sums where they are told apart by series and by time, when
   * there are about as many groups as sums, and sorting them takes twice as long as reading them.
   */
  #collect({ query, finder, sums }: Answer, { single, addedUp, startMs, from, values }: Reading): void {
    const { groupBy, maxGroupCount = Number.POSITIVE_INFINITY } = query;
    const member = finder.memberCount > 1 ? "member" : "0";
    const start = groupBy.includes("day") || groupBy.includes("hour") ? startMs : "0";
    const isSingle = single !== undefined && member !== "0" && start !== "0";
    const keys = isSingle ? [] : [member, start].filter((key) => key !== "0");
    const columns = isSingle
      ? `1, ${member}, ${start}, ${single}`
      : `count(*), ${member}, ${start}, ${addedUp}`;
    const grouping = keys.length === 0 ? "" : ` GROUP BY ${keys.join(", ")}`;
    const statement = this.#database.prepare(`SELECT ${columns} FROM ${from}${grouping}`);
    statement.setReturnArrays(true);
    for (const row of statement.iterate(...values) as Iterable<unknown> as Iterable<number[]>) {
      if (row[0] === 0) continue;
      if (finder.groupCount > maxGroupCount) return;
      const priceSource = this.#text(row.at(-1)!);
      sums.addRead(TOTALS, row, KEY_COUNT, priceSource);
      for (const group of finder.groupsOf(row[1]!, row[2]!)) {
        sums.addRead(placeOf(group), row, KEY_COUNT, priceSource);
      }
    }
  }

  /** A text, which never changes. Undefined: there is none. */
  #text(id: number | null): string | undefined {
    if (id === null) return undefined;
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = String(this.#findText.get(id)?.text ?? "");
      this.#texts.set(id, text);
    }
    return text;
  }
}

/** Where a group is in the table of sums. */
function placeOf(group: number): number {
  return group + 1;
}

function planOf({ query, isTagged }: Answer, state: LedgerState): RangePlan {
  return planRanges({
    startMs: query.startWallMs ?? -END_OF_TIME_MS,
    endMs: query.endWallMs ?? END_OF_TIME_MS,
    rowsFromMs: state.rowsFromMs,
    hoursFromMs: isTagged ? state.taggedHoursFromMs : state.hoursFromMs,
    useDays: !query.groupBy.includes("hour"),
  });
}

function addEntries(
  query: UsageQuery,
  entries: Iterable<LedgerEntry>,
  finder: GroupFinder,
  sums: SumTable,
): void {
  const isAskedFor = seriesFilter(query);
  for (const entry of entries) {
    const { wallMs } = entry;
    if (!isAskedFor(entry) || wallMs < (query.startWallMs ?? wallMs)) continue;
    if (query.endWallMs !== undefined && wallMs >= query.endWallMs) continue;
    const own = new UsageSums();
    own.addEntry(entry);
    sums.addSums(TOTALS, own);
    for (const values of groupValues(query.groupBy, entry, wallMs)) {
      sums.addSums(placeOf(finder.groupOf(values)), own);
    }
  }
}
