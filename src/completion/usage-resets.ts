import type { Clock } from "../core/clock.ts";
import { matchesModel } from "../core/model-pattern.ts";
import type { LedgerStore } from "../cost/ledger/ledger-store.ts";
import type {
  UsageDimension,
  UsageGroup,
  UsageQuery,
  UsageSummary,
  UsageTotals,
} from "../cost/ledger/usage-query.ts";
import { addTotals, NO_TOTALS } from "./add-totals.ts";

/** From this wall time on, some usage is counted anew. */
interface Reset {
  readonly wallMs: number;
  /** Empty: all. */
  readonly models: readonly string[];
  /** Undefined: all. */
  readonly tenant: string | undefined;
}

/** By these every row can be told to be before or after a reset that concerns it. */
const RESET_DIMENSIONS: readonly UsageDimension[] = ["model", "tenant"];

/**
 * Since when usage is counted, by model and tenant; kept as long as the process lives. The ledger itself keeps all
 * rows, for budgets and bills: what lies before a reset is only left out when totals are asked for.
 */
export class UsageResets {
  readonly #clock: Clock;
  #resets: readonly Reset[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts anew from now on. Answers since when. */
  add(models: readonly string[], tenant: string | undefined): number {
    const wallMs = this.#clock.wallMs();
    const reset = { wallMs, models, tenant };
    const isAll = models.length === 0 && tenant === undefined;
    this.#resets = isAll ? [reset] : [...this.#resets.filter((one) => !isSameScope(one, reset)), reset];
    return wallMs;
  }

  /** What the ledger answers, without what lies before a reset. */
  async query(ledger: Pick<LedgerStore, "query">, query: UsageQuery): Promise<UsageSummary> {
    const endMs = query.endWallMs ?? Number.POSITIVE_INFINITY;
    const startMs = query.startWallMs ?? Number.NEGATIVE_INFINITY;
    const inside = this.#resets.filter(({ wallMs }) => wallMs > startMs);
    if (inside.length === 0) return await ledger.query(query);
    const bounds = [...new Set(inside.map(({ wallMs }) => Math.min(wallMs, endMs)))];
    let totals: UsageTotals = NO_TOTALS;
    const groups = new Map<string, UsageGroup>();
    for (const [index, bound] of [...bounds, endMs].entries()) {
      const startWallMs = index === 0 ? query.startWallMs : bounds[index - 1]!;
      const endWallMs = Number.isFinite(bound) ? bound : undefined;
      if (startWallMs !== undefined && endWallMs !== undefined && startWallMs >= endWallMs) continue;
      const later = inside.filter(({ wallMs }) => wallMs >= bound);
      const part = await this.#queryPart(ledger, { ...query, startWallMs, endWallMs }, later);
      totals = addTotals(totals, part.totals);
      for (const group of part.groups) addGroup(groups, query.groupBy, group);
    }
    return { totals, groups: [...groups.values()].sort((a, b) => compare(query.groupBy, a, b)) };
  }

  /** A stretch of time, without the rows that a later reset is about. */
  async #queryPart(
    ledger: Pick<LedgerStore, "query">,
    query: UsageQuery,
    later: readonly Reset[],
  ): Promise<UsageSummary> {
    if (later.length === 0) return await ledger.query(query);
    if (later.some(({ models, tenant }) => models.length === 0 && tenant === undefined)) {
      return { totals: NO_TOTALS, groups: [] };
    }
    const isKept = ({ key }: UsageGroup): boolean =>
      !later.some(
        ({ models, tenant }) =>
          (tenant === undefined || tenant === key.tenant) &&
          (models.length === 0 || models.some((pattern) => matchesModel(pattern, key.model!))),
      );
    // Apart from the groups, for a request with several tags is in several of them.
    const whole = await ledger.query({ ...query, groupBy: RESET_DIMENSIONS, maxGroupCount: undefined });
    const totals = whole.groups
      .filter(isKept)
      .reduce((sum, group) => addTotals(sum, group.totals), NO_TOTALS);
    if (query.groupBy.length === 0) return { totals, groups: [] };
    const groupBy = [...new Set([...query.groupBy, ...RESET_DIMENSIONS])];
    const split = await ledger.query({ ...query, groupBy, maxGroupCount: undefined });
    return { totals, groups: split.groups.filter(isKept) };
  }
}

function addGroup(
  groups: Map<string, UsageGroup>,
  groupBy: readonly UsageDimension[],
  { key, totals }: UsageGroup,
): void {
  const own = Object.fromEntries(groupBy.map((dimension) => [dimension, key[dimension]!]));
  const id = JSON.stringify(Object.values(own));
  const known = groups.get(id);
  groups.set(id, { key: own, totals: known === undefined ? totals : addTotals(known.totals, totals) });
}

function compare(groupBy: readonly UsageDimension[], left: UsageGroup, right: UsageGroup): number {
  for (const dimension of groupBy) {
    const [a, b] = [left.key[dimension]!, right.key[dimension]!];
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

function isSameScope(left: Reset, right: Reset): boolean {
  return left.tenant === right.tenant && left.models.join() === right.models.join();
}
