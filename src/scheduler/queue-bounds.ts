import type { Amounts } from "../core/limit.ts";
import type { PoolQueue } from "./pool-queue.ts";

/** How many may wait in a pool. */
export interface QueueBounds {
  /** Most waiters of all tenants together. */
  readonly maxQueue: number;
  /** Most waiters of one tenant. */
  readonly maxQueueOf: (tenant: string) => number;
  /** Most tokens that all waiters have asked for together; Infinity: no bound. One waiter may always be there. */
  readonly maxQueuedTokens: number;
}

/** The bound of a queue that keeps a newcomer out. */
export interface FullQueue {
  readonly kind: "pool" | "tenant" | "tokens" | "tenant_tokens";
  /** Waiters or tokens. */
  readonly most: number;
}

/**
 * The bound that leaves no place for one more of a tenant; `undefined` when it may enter. Tokens are bounded in the
 * same parts as places.
 */
export function fullQueue(
  pool: PoolQueue,
  tenant: string,
  amounts: Amounts,
  bounds: QueueBounds,
): FullQueue | undefined {
  const { maxQueue, maxQueueOf, maxQueuedTokens } = bounds;
  const { queue } = pool;
  if (queue.size >= maxQueue) return { kind: "pool", most: maxQueue };
  const held = queue.heldBy(tenant);
  const mostOfTenant = maxQueueOf(tenant);
  if (held.places >= mostOfTenant) return { kind: "tenant", most: mostOfTenant };
  if (queue.size > 0 && queue.queuedTokens + amounts.totalTokens > maxQueuedTokens) {
    return { kind: "tokens", most: maxQueuedTokens };
  }
  const tokensOfTenant = maxQueuedTokens * Math.min(1, mostOfTenant / maxQueue);
  if (held.places > 0 && held.tokens + amounts.totalTokens > tokensOfTenant) {
    return { kind: "tenant_tokens", most: Math.floor(tokensOfTenant) };
  }
  return undefined;
}

/**
 * What each tenant may take of a queue: its part by weight, and at least one place, so that no crowd of one keeps the
 * others out. Without tenants, and for a name that is not among them, the whole queue.
 */
export function queueParts(
  maxQueue: number,
  weights: ReadonlyMap<string, number>,
): (tenant: string) => number {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return (tenant) => {
    const weight = weights.get(tenant);
    return weight === undefined ? maxQueue : Math.max(1, Math.floor((maxQueue * weight) / total));
  };
}
