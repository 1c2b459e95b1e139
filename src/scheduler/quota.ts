import type { Amounts } from "../core/limit.ts";
import type { Charge, PoolUsage } from "../tracker/pool-usage.ts";
import type { Scope, ScopeCharge } from "./scope.ts";

/** A tenant's own limits: counted as a pool is, and asked beside the pool of each call. */
export class Quota implements Scope {
  readonly #usage: PoolUsage;

  constructor(usage: PoolUsage) {
    this.#usage = usage;
  }

  earliestMs(nowMs: number, amounts: Amounts): number {
    return this.#usage.earliestMs(nowMs, amounts);
  }

  charge(nowMs: number, amounts: Amounts): ScopeCharge {
    const usage = this.#usage;
    const charge: Charge = { ...amounts, event: -1, startMs: nowMs };
    usage.charge(nowMs, charge);
    return {
      settle: (endMs, actual) => usage.settle(endMs, charge, actual),
      release: () => usage.release(charge),
      expire: (endMs) => usage.expire(endMs, charge),
    };
  }
}
