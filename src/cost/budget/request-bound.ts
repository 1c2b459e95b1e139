import type { BudgetsConfig, TenantConfig } from "../../config/config.ts";
import type { BudgetReport } from "./budget-report.ts";
import { type BudgetSelector, scopeOf, selectedAmounts } from "./budget-rule.ts";
import { formatUsd } from "./format-usd.ts";

/** The most that one request may cost, all its attempts together. */
export interface RequestBound {
  readonly selector: BudgetSelector;
  readonly amountNanoUsd: bigint;
}

/** In the place of the value of a tag of which each value has the bound. */
const ANY_VALUE = "*";

/** All bounds of a config. */
export function requestBounds(budgets: BudgetsConfig, tenants: readonly TenantConfig[]): RequestBound[] {
  return selectedAmounts(budgets, tenants).flatMap(({ selector, amounts: { perRequestNanoUsd } }) =>
    perRequestNanoUsd === undefined ? [] : [{ selector, amountNanoUsd: perRequestNanoUsd }],
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
export function boundReport({ selector, amountNanoUsd }: RequestBound, timeZone: string): BudgetReport {
  return {
    ...scopeOf(selector, ANY_VALUE),
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
