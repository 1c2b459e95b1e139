import type { PoolUsage } from "./pool-usage.ts";
import { RollingLimit } from "./rolling-limit.ts";

/** Looks for the fullest that each limit of a pool has been anew, from what is counted now. */
export function resetPeaks(usage: PoolUsage): void {
  usage.openCalls.peak = usage.openCalls.count;
  for (const { counter } of usage.counters.declared) {
    counter.peak = counter instanceof RollingLimit ? counter.sum : counter.used;
  }
}
