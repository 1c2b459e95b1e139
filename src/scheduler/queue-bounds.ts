import type { Amounts } from "../core/limit.ts";
import { TOKENS } from "../tracker/column.ts";
import type { PoolQueue } from "./pool-queue.ts";

/** Tokens that may wait are those of an hour at the pool's caps: more could not be served in any sensible wait. */
const LONGEST_QUEUE_MS = 3_600_000;

/** How many may wait. */
export interface QueueBounds {
  /** Most waiters of a pool. */
  readonly maxQueue: number;
  /** Most waiters of one tenant in a pool. */
  readonly maxQueueOf: (tenant: string) => number;
}

/** The bound of a queue that keeps a newcomer out; `undefined` when it may enter. */
export type FullQueue =
  | { readonly kind: "pool"; readonly most: number }
  | { readonly kind: "tenant"; readonly most: number }
  | { readonly kind: "tokens"; readonly most: number };

/** Whether a queue has a place for one more of a tenant. Tokens are bounded in the same parts as places. */
export function fullQueue(
  pool: PoolQueue,
  tenant: string,
  amounts: Amounts,
  bounds: QueueBounds,
): FullQueue | undefined {
  const { queue } = pool;
  if (queue.size >= bounds.maxQueue) return { kind: "pool", most: bounds.maxQueue };
  const mostOfTenant = bounds.maxQueueOf(tenant);
  const held = queue.heldBy(tenant);
  if (held.places >= mostOfTenant) return { kind: "tenant", most: mostOfTenant };
  const mostTokens = tokensWithin(pool, LONGEST_QUEUE_MS);
  const mostTokensOfTenant = mostTokens * Math.min(1, mostOfTenant / bounds.maxQueue);
  const isFull =
    (queue.size > 0 && queue.queuedTokens + amounts.totalTokens > mostTokens) ||
    (held.places > 0 && held.tokens + amounts.totalTokens > mostTokensOfTenant);
  return isFull ? { kind: "tokens", most: mostTokens } : undefined;
}

/** Tokens that the limits of some minutes let through in a time. Infinity where there are none. */
function tokensWithin(pool: PoolQueue, timeMs: number): number {
  let tokens = Number.POSITIVE_INFINITY;
  for (const { limit, counter } of pool.usage.counters.declared) {
    if (counter.column !== TOKENS || limit.windowMs > timeMs) continue;
    tokens = Math.min(tokens, (counter.cap * timeMs) / limit.windowMs);
  }
  return tokens;
}
