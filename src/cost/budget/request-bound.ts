import type { BudgetsConfig, TenantConfig } from "../../config/config.ts";
import type { BudgetReport } from "./budget-report.ts";
import { formatUsd } from "./format-usd.ts";

/** The most that one request may cost, all its attempts together. */
export interface RequestBound {
  /** Undefined: of every request. */
  readonly tenant: string | undefined;
  readonly amountNanoUsd: bigint;
}

/** All bounds of a config. */
export function requestBounds(budgets: BudgetsConfig, tenants: readonly TenantConfig[]): RequestBound[] {
  const ofTenants = tenants.map(({ name, budgets: own }) => ({
    tenant: name,
    nanoUsd: own.perRequestNanoUsd,
  }));
  return [{ tenant: undefined, nanoUsd: budgets.perRequestNanoUsd }, ...ofTenants].flatMap(
    ({ tenant, nanoUsd }) => (nanoUsd === undefined ? [] : [{ tenant, amountNanoUsd: nanoUsd }]),
  );
}

/** Why a call does not fit a bound, for people; `spentNanoUsd`: by earlier attempts of the request. */
export function explainBound(
  name: string,
  amountNanoUsd: bigint,
  spentNanoUsd: bigint,
  worstCostNanoUsd: bigint,
): string {
  const spent =
    spentNanoUsd === 0n ? "" : `, of which its earlier attempts have used ${formatUsd(spentNanoUsd)}`;
  return `the call may cost ${formatUsd(worstCostNanoUsd)}, and ${name} allows ${formatUsd(amountNanoUsd)} a request${spent}`;
}

/** A bound as users see it: there is nothing to be used up. */
export function boundReport({ tenant, amountNanoUsd }: RequestBound, timeZone: string): BudgetReport {
  return {
    scope: tenant === undefined ? "all" : "tenant",
    scopeValue: tenant ?? "",
    period: "request",
    amountNanoUsd,
    usedNanoUsd: 0n,
    reservedNanoUsd: 0n,
    remainingNanoUsd: amountNanoUsd,
    resetWallMs: undefined,
    timeZone,
    hasRefused: false,
  };
}
