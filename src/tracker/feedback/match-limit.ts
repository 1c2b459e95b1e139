import type { Limit } from "../../core/limit.ts";
import type { HeaderLimit } from "./header-limit.ts";

/** The limit of ours that a header speaks of. */
export interface MatchedLimit {
  readonly limit: Limit;
  /** The header's amount is surely one for the same window, so that a lower one may be taken over. */
  readonly isSameWindow: boolean;
}

/** A window worked out from the speed of refilling is trusted up to this factor. */
const WINDOW_TOLERANCE = 2;
/** Amounts without a window are those of a minute, unless something says otherwise. */
const USUAL_WINDOW_MS = 60_000;

/**
 * Finds the limit that a header speaks of. Where it does not name its window, the limit with the very same amount is
 * meant; else the one whose window fits the speed at which the provider says it refills; else the shortest.
 */
export function matchLimit(header: HeaderLimit, limits: readonly Limit[]): MatchedLimit | undefined {
  const candidates = limits
    .filter(({ metric }) => metric === header.metric)
    .sort((left, right) => left.windowMs - right.windowMs);
  if (header.windowMs !== undefined) {
    const limit = candidates.find(({ windowMs }) => windowMs === header.windowMs);
    return limit && { limit, isSameWindow: true };
  }
  const sameAmount = candidates.find(({ amount, declaredAmount }) => {
    return header.limit === (declaredAmount ?? amount);
  });
  if (sameAmount !== undefined) return { limit: sameAmount, isSameWindow: true };
  const windowMs = refillWindowMs(header);
  const refilled = candidates.find((limit) => windowMs !== undefined && isNear(limit.windowMs, windowMs));
  if (refilled !== undefined) return { limit: refilled, isSameWindow: true };
  const [shortest] = candidates;
  return shortest && { limit: shortest, isSameWindow: shortest.windowMs <= USUAL_WINDOW_MS };
}

/** The window of a bucket that is whole again after `resetMs`: what is missing flows back at limit / window. */
function refillWindowMs({ limit, remaining, resetMs }: HeaderLimit): number | undefined {
  if (limit === undefined || remaining === undefined || resetMs === undefined) return undefined;
  const used = limit - remaining;
  return used > 0 && resetMs > 0 ? (resetMs * limit) / used : undefined;
}

function isNear(leftMs: number, rightMs: number): boolean {
  return leftMs <= rightMs * WINDOW_TOLERANCE && rightMs <= leftMs * WINDOW_TOLERANCE;
}
