import type { CauseSet } from "../core/cause-set.ts";
import type { Amounts, Limit } from "../core/limit.ts";
import type { Charge } from "../tracker/charge.ts";
import type { LookAhead } from "../tracker/look-ahead.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import type { Scope, ScopeCharge } from "./scope.ts";
import { ScopeClaims } from "./scope-claims.ts";

/** A tenant's own limits: counted as a pool is, and asked beside the pool of each call. */
export class Quota implements Scope {
  /** `id` names the count in the journal and in refusals: unique among quotas, and never the id of a pool. */
  readonly account: { readonly id: string; readonly usage: PoolUsage };
  readonly claims = new ScopeClaims();

  constructor(id: string, usage: PoolUsage) {
    this.account = { id, usage };
  }

  get subject(): string {
    return this.account.id;
  }

  tooLarge(amounts: Amounts): { readonly limit: Limit; readonly cap: number } | undefined {
    return this.account.usage.tooLarge(amounts);
  }

  causes(nowMs: number, amounts: Amounts): CauseSet {
    return this.account.usage.causes(nowMs, amounts);
  }

  earliestMs(nowMs: number, amounts: Amounts): number {
    return this.account.usage.earliestMs(nowMs, amounts);
  }

  lookAhead(nowMs: number, ratio: number): LookAhead {
    return this.account.usage.lookAhead(nowMs, ratio);
  }

  charge(nowMs: number, amounts: Amounts): ScopeCharge {
    const charge: Charge = { ...amounts, event: -1, startMs: nowMs };
    this.account.usage.charge(nowMs, charge);
    return quotaCharge(this.account.usage, charge);
  }
}

/** What is done with a charge that `usage` has counted, when its call ends. */
export function quotaCharge(usage: PoolUsage, charge: Charge): ScopeCharge {
  return {
    charge,
    settle: (endMs, actual) => usage.settle(endMs, charge, actual),
    settleLate: (endMs, actual) => usage.settleLate(endMs, charge, actual),
    release: () => usage.release(charge),
    expire: (endMs) => usage.expire(endMs, charge),
  };
}
