import type { DeclaredCounter } from "../limit-counters.ts";
import type { PoolUsage } from "../pool-usage.ts";
import { type AdoptedLimit, adoptLimit } from "./adopt-limit.ts";
import { chargedSince, type ForeignUse, foreignAmount, foreignUntilMs, usedInAll } from "./foreign-use.ts";
import type { HeaderLimit } from "./header-limit.ts";
import { type LimitNews, mergeHeaders } from "./merge-headers.ts";

/** What an answer's headers changed in a pool; for the log. */
export interface HeaderEffect {
  /** Limits that others were seen to use. */
  readonly foreign: readonly ForeignUse[];
  /** Limits whose amount is another than before. */
  readonly adopted: readonly AdoptedLimit[];
  /** Time until the last limit of which nothing is left is whole again; undefined: something is left of all. */
  readonly exhaustedMs: number | undefined;
  /** There may be less room than before. */
  readonly isTighter: boolean;
  /** There may be more room than before, though never more than declared. */
  readonly isLooser: boolean;
}

/**
 * Brings a pool in line with what an answer's headers say. They only ever tighten: a lower amount than the declared one
 * is taken over, and what must have been used by others counts until the stated reset. `callStartMs` is when the
 * answered call began: what we charged is taken at its highest since then, open reservations included.
 */
export function applyHeaders(
  usage: PoolUsage,
  headers: readonly HeaderLimit[],
  nowMs: number,
  callStartMs: number,
): HeaderEffect {
  const effect = {
    foreign: [] as ForeignUse[],
    adopted: [] as AdoptedLimit[],
    exhaustedMs: undefined as number | undefined,
    isTighter: false,
    isLooser: false,
  };
  usage.counters.evict(nowMs);
  for (const { limit, header, isSameWindow } of mergeHeaders(headers, usage.rules.limits)) {
    if (header.remaining === 0) effect.exhaustedMs = Math.max(effect.exhaustedMs ?? 0, header.resetMs ?? 0);
    const counted = isSameWindow ? adopt(usage, { limit, header, isSameWindow }, nowMs, effect) : limit;
    const declared = usage.counters.declared.find((entry) => entry.limit === counted);
    if (declared !== undefined) countForeign(usage, declared, header, { nowMs, callStartMs }, effect);
  }
  return effect;
}

/** Takes over the stated amount of a limit; returns the limit as it counts from then on. */
function adopt(
  usage: PoolUsage,
  { limit, header }: LimitNews,
  nowMs: number,
  effect: { adopted: AdoptedLimit[]; isTighter: boolean; isLooser: boolean },
): LimitNews["limit"] {
  const change = header.limit === undefined ? undefined : adoptLimit(usage.rules, limit, header.limit);
  if (change === undefined) return limit;
  usage.setRules(nowMs, change.rules);
  effect.adopted.push(change.adopted);
  if (change.adopted.limit.amount < limit.amount) effect.isTighter = true;
  else effect.isLooser = true;
  return change.adopted.limit;
}

/**
 * Counts what others have used. More than was known counts from now on; what was known stays until its own reset, since
 * a later answer that shows less proves nothing while calls of ours are on their way, unless less is used in all.
 */
function countForeign(
  usage: PoolUsage,
  { limit, counter }: DeclaredCounter,
  header: HeaderLimit,
  at: { readonly nowMs: number; readonly callStartMs: number },
  effect: { foreign: ForeignUse[]; isTighter: boolean; isLooser: boolean },
): void {
  const { nowMs, callStartMs } = at;
  if (header.remaining === undefined) return;
  const charged = chargedSince(counter, nowMs, callStartMs);
  if (charged === undefined) return;
  const known = counter.foreignUntilMs > nowMs ? counter.foreign : 0;
  const amount = foreignAmount(limit, header, charged + usage.heldOpen(counter.column));
  if (amount > 0) {
    const untilMs = foreignUntilMs(limit, header, nowMs, usage.rules.guardMs);
    effect.foreign.push({ limit, amount, untilMs });
    if (amount >= known) {
      counter.foreign = amount;
      counter.foreignUntilMs = untilMs;
      effect.isTighter = true;
      return;
    }
  }
  const most = Math.max(0, usedInAll(limit, header));
  if (most < known) {
    counter.foreign = most;
    effect.isLooser = true;
  }
}
