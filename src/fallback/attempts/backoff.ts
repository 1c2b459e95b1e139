import type { Random } from "../../core/random.ts";

/** Longest pause between two attempts at one deployment, unless the provider asks for more. */
const MAX_BACKOFF_MS = 30_000;

/**
 * Pause before a retry in milliseconds: `retryDelayMs`, doubled with each retry before it, at most
 * {@link MAX_BACKOFF_MS}; of that a random part between half and all, so that callers who failed together do not come
 * back together. `retryNumber` is 0 for the first retry.
 */
export function backoffMs(options: { retryDelayMs: number; retryNumber: number; random: Random }): number {
  const { retryDelayMs, retryNumber, random } = options;
  const fullMs = Math.min(MAX_BACKOFF_MS, retryDelayMs * 2 ** retryNumber);
  return (fullMs * (1 + random.next())) / 2;
}
