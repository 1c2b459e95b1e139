import type { Amounts, Limit } from "../core/limit.ts";
import { columnOf } from "./column.ts";
import { JOURNAL_DELAY_MS } from "./journal.ts";
import { capOf, type PoolRules, spacingOf } from "./pool-rules.ts";

/** The part of a cap that may be granted before it is durable, and so be lost in a crash. */
const SHARE_OF_MINUTES = 0.01;
/** The same for long limits, where what is filled in after a crash counts for long. */
const SHARE_OF_DAYS = 0.001;
const LONGEST_MINUTES_MS = 10 * 60_000;

/**
 * What may be granted and not yet durable, by column: the journal is committed as soon as any of these is reached.
 * Infinity for what no limit counts.
 */
export function lossBound(rules: PoolRules): number[] {
  const bound = [0, 0, 0, 0].fill(Number.POSITIVE_INFINITY);
  for (const limit of rules.limits) {
    if (limit.metric === "concurrent") continue;
    const column = columnOf(limit);
    bound[column] = Math.min(bound[column]!, capOf(limit, rules) * shareOf(limit));
  }
  return bound;
}

/**
 * The most that can have been lost in a crash: less than `bound` of each column, and no more requests than even spacing
 * lets start while the journal is behind.
 */
export function mostLost(bound: readonly number[], rules: PoolRules): Amounts {
  const spacing = spacingOf(rules);
  const spacedRequests =
    spacing === undefined
      ? Number.POSITIVE_INFINITY
      : (Math.floor(JOURNAL_DELAY_MS / spacing.windowMs) + 1) * spacing.starts;
  const [requests = Number.POSITIVE_INFINITY, totalTokens, inputTokens, outputTokens] = bound;
  return {
    requests: below(Math.min(requests, spacedRequests + 1)),
    totalTokens: below(totalTokens),
    inputTokens: below(inputTokens),
    outputTokens: below(outputTokens),
  };
}

/** The largest whole number below `bound`; 0 where there is no bound, since nothing counts it. */
function below(bound: number | undefined): number {
  return bound === undefined || !Number.isFinite(bound) ? 0 : Math.max(0, Math.ceil(bound) - 1);
}

function shareOf(limit: Limit): number {
  const isLong = limit.windowMs > LONGEST_MINUTES_MS || limit.calendarTimeZone !== undefined;
  return isLong ? SHARE_OF_DAYS : SHARE_OF_MINUTES;
}
