import type { DatabaseSync, StatementSync } from "node:sqlite";
import { utcDayText, utcHourText } from "../../core/calendar.ts";
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
import { groupValues, UsageGroups } from "../../cost/ledger/usage-groups.ts";
import type { UsageDimension, UsageQuery, UsageSummary } from "../../cost/ledger/usage-query.ts";
import { UsageSums } from "../../cost/ledger/usage-sums.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { ROW_SUM_COLUMNS, readSums, SUM_SUM_COLUMNS } from "./ledger-columns.ts";
import { coarseLevelFor, GRAINS, type LedgerGrain } from "./ledger-grain.ts";
import { type LedgerState, readLedgerState } from "./ledger-state.ts";

/** Beyond every wall time, and exact as a double. */
const END_OF_TIME_MS = 2 ** 53;

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

/** A query on its way: which groups there are, and what was added up so far. */
interface Answer {
  readonly query: UsageQuery;
  readonly isTagged: boolean;
  /**
   * The groups that some series share, by the number that stands for them in `selected`: for each group its values in
   * all dimensions but time.
   */
  readonly members: (readonly (readonly string[])[])[];
  readonly totals: UsageSums;
  readonly groups: UsageGroups;
}

/** Answers queries from rows and sums, in the sums that make for the least reading. */
export class LedgerReader {
  readonly #database: DatabaseSync;
  readonly #taggedSeries: StatementSync;
  readonly #untaggedSeries: StatementSync;
  readonly #findText: StatementSync;
  readonly #select: StatementSync;

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
  query(query: UsageQuery, unwritten: Iterable<LedgerEntry>): UsageSummary {
    this.#database.exec("BEGIN");
    try {
      const { totals, groups } = this.#read(query);
      addEntries(query, unwritten, totals, groups);
      return { totals: totals.totals(), groups: groups.list() };
    } finally {
      this.#database.exec("ROLLBACK");
    }
  }

  #read(query: UsageQuery): Answer {
    const answer: Answer = {
      query,
      isTagged: usesTags(query.groupBy),
      members: [],
      totals: new UsageSums(),
      groups: new UsageGroups(query.groupBy),
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
  #selectSeries({ query, isTagged, members }: Answer): void {
    this.#database.exec("DELETE FROM selected");
    const isAskedFor = seriesFilter(query);
    const withoutTime = query.groupBy.filter((dimension) => dimension !== "day" && dimension !== "hour");
    const memberOf = new Map<string, number>();
    const all = isTagged ? this.#taggedSeries : this.#untaggedSeries;
    for (const row of all.iterate() as Iterable<unknown> as Iterable<SeriesRow>) {
      if (!isAskedFor(row)) continue;
      const series = { ...row, tags: isTagged ? JSON.parse(row.tags) : {} };
      const lists = withoutTime.length === 0 ? [[]] : groupValues(withoutTime, series, 0);
      const key = JSON.stringify(lists);
      let member = memberOf.get(key);
      if (member === undefined) {
        member = members.push(lists) - 1;
        memberOf.set(key, member);
      }
      this.#select.run(row.id, member);
    }
  }

  #readRows(answer: Answer, { startMs, endMs }: TimeRange): void {
    const selected = answer.isTagged ? "CROSS JOIN selected USING (series)" : UNTAGGED_OF_ROW;
    this.#collect(answer, {
      columns: ROW_SUM_COLUMNS,
      time: `wall_ms / ${HOUR_MS} * ${HOUR_MS}`,
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
      columns: SUM_SUM_COLUMNS,
      time: "start_ms",
      from: "ledger_sum CROSS JOIN selected USING (series) WHERE grain = ? AND start_ms >= ? AND start_ms < ?",
      values: [grain.id, startMs, endMs],
    });
  }

  /** Adds up by what is asked for and no more: a sum in the order of the table needs no sorting. */
  #collect(
    { query, members, totals, groups }: Answer,
    {
      columns,
      time,
      from,
      values,
    }: { columns: string; time: string; from: string; values: readonly number[] },
  ): void {
    const { groupBy } = query;
    const member = members.length > 1 ? "member" : "0";
    const start = groupBy.includes("day") || groupBy.includes("hour") ? time : "0";
    const keys = [member, start].filter((key) => key !== "0");
    const sql = `SELECT count(*), ${member}, ${start}, ${columns} FROM ${from}`;
    const statement = this.#database.prepare(keys.length === 0 ? sql : `${sql} GROUP BY ${keys.join(", ")}`);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    for (const row of statement.iterate(...values) as Iterable<unknown> as Iterable<(bigint | null)[]>) {
      if (row[0] === 0n) continue;
      const sums = readSums(row.slice(3), (id) => this.#sourceOf(id));
      totals.addSums(sums);
      if (groupBy.length === 0) continue;
      for (const values of members[Number(row[1])]!) {
        groups.sumsOf(withTime(groupBy, values, Number(row[2]))).addSums(sums);
      }
    }
  }

  #sourceOf(id: bigint): string {
    return String(this.#findText.get(id)?.text ?? "");
  }
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

/** The values of a group in all dimensions. */
function withTime(
  dimensions: readonly UsageDimension[],
  withoutTime: readonly string[],
  wallMs: number,
): string[] {
  let index = 0;
  return dimensions.map((dimension) => {
    if (dimension === "day") return utcDayText(wallMs);
    return dimension === "hour" ? utcHourText(wallMs) : withoutTime[index++]!;
  });
}

function addEntries(
  query: UsageQuery,
  entries: Iterable<LedgerEntry>,
  totals: UsageSums,
  groups: UsageGroups,
): void {
  const isAskedFor = seriesFilter(query);
  for (const entry of entries) {
    const { wallMs } = entry;
    if (!isAskedFor(entry) || wallMs < (query.startWallMs ?? wallMs)) continue;
    if (query.endWallMs !== undefined && wallMs >= query.endWallMs) continue;
    totals.addEntry(entry);
    for (const sums of groups.sumsFor(entry, wallMs)) sums.addEntry(entry);
  }
}
