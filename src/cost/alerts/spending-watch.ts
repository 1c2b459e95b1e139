import { utcHourText } from "../../core/calendar.ts";
import { HOUR_MS } from "../../core/durations.ts";
import type { LedgerStore } from "../ledger/ledger-store.ts";
import { startOfUnit } from "../ledger/plan-ranges.ts";
import type { UsageGroup, UsageQuery } from "../ledger/usage-query.ts";
import type { AlertFinding } from "./alert.ts";
import { COMPARED_HOURS, findUnusualSpending, unusualSpendingBound } from "./unusual-spending.ts";

const NANO_USD = 1e9;
/** How often the running hour is looked at. */
const LOOK_EVERY_MS = 60_000;

/** Compares the running hour's spending with what the ledger says is usual. */
export class SpendingWatch {
  readonly #ledger: Pick<LedgerStore, "query">;
  readonly #leastExcessUsd: number;
  #hourMs = Number.NaN;
  #boundUsd: number | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(ledger: Pick<LedgerStore, "query">, leastExcessUsd: number) {
    this.#ledger = ledger;
    this.#leastExcessUsd = leastExcessUsd;
  }

  /** Looks at most once a minute. Rejects when the ledger cannot be read. */
  async find(nowWallMs: number): Promise<AlertFinding[]> {
    if (nowWallMs < this.#lookedMs + LOOK_EVERY_MS) return [];
    this.#lookedMs = nowWallMs;
    const hourMs = startOfUnit(nowWallMs, HOUR_MS);
    if (hourMs !== this.#hourMs) {
      this.#boundUsd = unusualSpendingBound(await this.#history(hourMs), this.#leastExcessUsd);
      this.#hourMs = hourMs;
    }
    if (this.#boundUsd === undefined) return [];
    const { totals } = await this.#ledger.query(queryOf(hourMs, undefined, []));
    return findUnusualSpending(usd(totals), this.#boundUsd, nowWallMs);
  }

  /** The spending of the hours before, from the first that has any. */
  async #history(hourMs: number): Promise<number[]> {
    const startMs = hourMs - COMPARED_HOURS * HOUR_MS;
    const { groups } = await this.#ledger.query(queryOf(startMs, hourMs, ["hour"]));
    const byHour = new Map(groups.map(({ key, totals }) => [key.hour!, usd(totals)]));
    const hours = Array.from({ length: COMPARED_HOURS }, (_, index) =>
      utcHourText(startMs + index * HOUR_MS),
    );
    const first = hours.findIndex((hour) => byHour.has(hour));
    return first < 0 ? [] : hours.slice(first).map((hour) => byHour.get(hour) ?? 0);
  }
}

function queryOf(
  startWallMs: number,
  endWallMs: number | undefined,
  groupBy: UsageQuery["groupBy"],
): UsageQuery {
  return { models: [], tenant: undefined, startWallMs, endWallMs, groupBy };
}

function usd({ cost }: UsageGroup["totals"]): number {
  return Number(cost?.totalNanoUsd ?? 0n) / NANO_USD;
}
