import type { Limit } from "../../core/limit.ts";
import type { HeaderLimit } from "./header-limit.ts";
import { type MatchedLimit, matchLimit } from "./match-limit.ts";

/** What an answer says about one limit of ours. */
export interface LimitNews extends MatchedLimit {
  readonly header: HeaderLimit;
}

/** Puts the headers beside our limits; where several speak of one limit, the strictest of each figure counts. */
export function mergeHeaders(headers: readonly HeaderLimit[], limits: readonly Limit[]): LimitNews[] {
  const news = new Map<Limit, LimitNews>();
  for (const header of headers) {
    const matched = matchLimit(header, limits);
    if (matched === undefined) continue;
    const other = news.get(matched.limit);
    news.set(matched.limit, {
      limit: matched.limit,
      isSameWindow: matched.isSameWindow && other?.isSameWindow !== false,
      header: other === undefined ? header : stricter(header, other.header),
    });
  }
  return [...news.values()];
}

function stricter(left: HeaderLimit, right: HeaderLimit): HeaderLimit {
  return {
    metric: left.metric,
    limit: least(left.limit, right.limit),
    remaining: least(left.remaining, right.remaining),
    remainingError: greatest(left.remainingError, right.remainingError),
    resetMs: greatest(left.resetMs, right.resetMs),
  };
}

function least(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.min(left, right);
}

function greatest(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.max(left, right);
}
