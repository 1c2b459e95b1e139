import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { startOfUnit, type TimeRange } from "../../cost/ledger/plan-ranges.ts";
import { tagsText } from "../../cost/ledger/series.ts";
import { TOKEN_FIELDS, UsageSums } from "../../cost/ledger/usage-sums.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { dropBlock } from "./ledger-block.ts";
import { ADD_ON_CONFLICT, SUM_FIELDS } from "./ledger-columns.ts";
import { BLOCK_GRAINS, COARSE_LEVELS, type CoarseLevel, GRAINS } from "./ledger-grain.ts";
import { ANY_TAGS, LedgerInterns } from "./ledger-interns.ts";
import { readLedgerState } from "./ledger-state.ts";

const ROW_COLUMN_COUNT = 27;

/** Sums by series id and start of a stretch of time. */
type Cells = Map<number, Map<number, UsageSums>>;

/** Writes rows and, in the same transaction, all sums that they belong to. */
export class LedgerWriter {
  readonly #database: DatabaseSync;
  readonly #interns: LedgerInterns;
  readonly #insertRow: StatementSync;
  readonly #addToSum: StatementSync;
  readonly #findRow: StatementSync;
  #coarse: TimeRange;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#interns = new LedgerInterns(database);
    this.#coarse = readLedgerState(database).coarse;
    this.#insertRow = database.prepare(
      `INSERT INTO ledger_row VALUES (NULL, ${Array.from({ length: ROW_COLUMN_COUNT }, () => "?").join(", ")})`,
    );
    this.#findRow = database.prepare(
      `SELECT 1 FROM ledger_row WHERE wall_ms = ? AND series = ? AND kind = ? AND deployment = ?
       AND request_id = ? AND total_tokens IS ? AND total_nano_usd IS ? AND waited_us = ? AND latency_us IS ?`,
    );
    const marks = Array.from({ length: SUM_FIELDS.length + 4 }, () => "?").join(", ");
    this.#addToSum = database.prepare(`INSERT INTO ledger_sum VALUES (${marks}) ${ADD_ON_CONFLICT}`);
  }

  /** All or nothing: throws what SQLite throws, and then nothing is written. */
  write(entries: readonly LedgerEntry[]): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#writeAll(entries);
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#interns.forget();
      throw error;
    }
  }

  /**
   * Those of an earlier process's rows that are not there. A row is known by its request, its times to the microsecond,
   * its tokens and its cost; one that would have been let go of since then is not missing.
   */
  missing(entries: readonly LedgerEntry[]): LedgerEntry[] {
    const { rowsFromMs } = readLedgerState(this.#database);
    return entries.filter((entry) => {
      if (entry.wallMs < rowsFromMs) return false;
      const { tenant, provider, model } = entry;
      const sums = new UsageSums();
      sums.addEntry(entry);
      const found = this.#findRow.get(
        Math.floor(entry.wallMs),
        this.#interns.series(tenant, provider, model, tagsText(entry.tags)),
        entry.kind,
        this.#interns.text(entry.deployment),
        entry.requestId,
        sums.totalTokens ?? null,
        entry.cost?.totalNanoUsd ?? null,
        ...timesOf(entry),
      );
      return found === undefined;
    });
  }

  /** To be called when texts or series were deleted, or coarse sums made. */
  refresh(): void {
    this.#interns.forget();
    this.#coarse = readLedgerState(this.#database).coarse;
  }

  #writeAll(entries: readonly LedgerEntry[]): void {
    const hours: Cells = new Map();
    const taggedHours: Cells = new Map();
    const coarse = COARSE_LEVELS.map((): Cells => new Map());
    for (const entry of entries) {
      const { tenant, provider, model } = entry;
      const tagged = this.#interns.series(tenant, provider, model, tagsText(entry.tags));
      const any = this.#interns.series(tenant, provider, model, ANY_TAGS);
      this.#insertRow.run(...this.#rowValues(entry, tagged));
      const startMs = startOfUnit(entry.wallMs, GRAINS.hour.unitMs);
      cell(hours, startMs, any).addEntry(entry);
      cell(taggedHours, startMs, tagged).addEntry(entry);
      if (startMs >= this.#coarse.startMs && startMs < this.#coarse.endMs) {
        for (const [index, cells] of coarse.entries()) {
          cell(cells, startMs, this.#coarseSeries(entry, COARSE_LEVELS[index]!)).addEntry(entry);
        }
      }
    }
    this.#addCells(GRAINS.hour.id, hours);
    this.#addCells(GRAINS.day.id, byDay(hours));
    this.#addCells(GRAINS.taggedHour.id, taggedHours);
    this.#addCells(GRAINS.taggedDay.id, byDay(taggedHours));
    for (const hourMs of taggedHours.keys()) {
      for (const grain of BLOCK_GRAINS) dropBlock(this.#database, grain, hourMs);
    }
    for (const [index, cells] of coarse.entries()) {
      const { hour, day } = COARSE_LEVELS[index]!;
      this.#addCells(hour.id, cells);
      this.#addCells(day.id, byDay(cells));
    }
  }

  #coarseSeries({ tenant, provider, model, tags }: LedgerEntry, level: CoarseLevel): number {
    return this.#interns.series(
      level.hasTenant ? tenant : "",
      level.hasModel ? provider : "",
      level.hasModel ? model : "",
      level.isTagged ? tagsText(tags) : ANY_TAGS,
    );
  }

  #rowValues(entry: LedgerEntry, series: number): SQLInputValue[] {
    const { usage, cost } = entry;
    const [waitedUs, latencyUs] = timesOf(entry);
    const sums = new UsageSums();
    sums.addEntry(entry);
    return [
      Math.floor(entry.wallMs),
      series,
      entry.kind,
      entry.outcome,
      entry.reason ?? null,
      this.#interns.text(entry.taskType),
      this.#interns.text(entry.deployment),
      ...TOKEN_FIELDS.map((field) => sums[field] ?? null),
      Number(usage?.estimated ?? false),
      cost?.inputNanoUsd ?? null,
      cost?.outputNanoUsd ?? null,
      cost?.totalNanoUsd ?? null,
      cost === undefined ? null : this.#interns.text(cost.priceSource),
      Math.round(entry.reservedTokens),
      waitedUs,
      Number(entry.isRateLimitWait),
      latencyUs,
      Number(entry.isFallback),
      Number(entry.isRateLimitFallback),
      Number(entry.isLast),
      entry.requestId,
      entry.traceId,
    ];
  }

  #addCells(grain: number, cells: Cells): void {
    for (const [startMs, bySeries] of cells) {
      for (const [series, sums] of bySeries) {
        const source = sums.priceSource === undefined ? null : this.#interns.text(sums.priceSource);
        const fields = SUM_FIELDS.map((field) => sums[field] ?? null);
        this.#addToSum.run(grain, startMs, series, ...fields, source);
      }
    }
  }
}

/** Wait and latency in microseconds. */
function timesOf({ waitedMs, latencyMs }: LedgerEntry): [number, number | null] {
  return [Math.ceil(waitedMs * 1000), latencyMs === undefined ? null : Math.round(latencyMs * 1000)];
}

function cell(cells: Cells, startMs: number, series: number): UsageSums {
  let bySeries = cells.get(startMs);
  if (bySeries === undefined) {
    bySeries = new Map();
    cells.set(startMs, bySeries);
  }
  let sums = bySeries.get(series);
  if (sums === undefined) {
    sums = new UsageSums();
    bySeries.set(series, sums);
  }
  return sums;
}

function byDay(hours: Cells): Cells {
  const days: Cells = new Map();
  for (const [startMs, bySeries] of hours) {
    const dayMs = startOfUnit(startMs, GRAINS.day.unitMs);
    for (const [series, sums] of bySeries) cell(days, dayMs, series).addSums(sums);
  }
  return days;
}
