import type { LimitConfig } from "../config/provider-config.ts";
import type { Clock } from "../core/clock.ts";
import type { Limit } from "../core/limit.ts";
import type { PoolRules } from "../tracker/pool-rules.ts";
import { PoolUsage } from "../tracker/pool-usage.ts";
import { Quota } from "./quota.ts";
import type { Scope } from "./scope.ts";

/** A tenant, as far as its own limits go. */
export interface LimitedTenant {
  readonly name: string;
  readonly limits: readonly LimitConfig[];
}

const NO_SCOPES: readonly Scope[] = [];

/** The quotas of all tenants that have limits of their own: one each, whatever pool a call goes to. */
export class TenantQuotas {
  readonly #scopes: ReadonlyMap<string, readonly Quota[]>;

  constructor(tenants: readonly LimitedTenant[], clock: Clock) {
    const limited = tenants.filter(({ limits }) => limits.some(({ amount }) => amount !== undefined));
    this.#scopes = new Map(limited.map(({ name, limits }) => [name, [quotaOf(name, limits, clock)]]));
  }

  /** What must have room before a tenant's call may start. Empty: it has no limits of its own. */
  of(tenant: string): readonly Scope[] {
    return this.#scopes.get(tenant) ?? NO_SCOPES;
  }

  /** All quotas, to be kept over a restart. */
  *all(): Generator<Quota> {
    for (const quotas of this.#scopes.values()) yield* quotas;
  }
}

function quotaOf(tenant: string, limits: readonly LimitConfig[], clock: Clock): Quota {
  const wallAt = (monotonicMs: number): number => monotonicMs + clock.wallMs() - clock.monotonicMs();
  const subject = `tenant ${tenant}`;
  return new Quota(subject, new PoolUsage(rulesOf(limits), clock.monotonicMs(), wallAt));
}

/** Kept to the last call: nobody else counts these, so neither margin nor guard is needed. */
function rulesOf(limits: readonly LimitConfig[]): PoolRules {
  return {
    limits: limits.flatMap(toLimit),
    safetyMargin: 0,
    tokenMarginPercent: 0,
    guardMs: 0,
    spacing: "none",
    chargeAt: "start",
    refund: "full",
  };
}

function toLimit({ metric, windowMs, amount, day }: LimitConfig): Limit[] {
  if (amount === undefined) return [];
  const limit = { metric, windowMs, amount };
  // No provider counts these, so a day "as the provider's" is any 24 hours.
  return [typeof day === "string" ? limit : { ...limit, calendarTimeZone: day.timeZone }];
}
