import type { BudgetAmounts, BudgetsConfig, ScopedBudget, TenantConfig } from "../../config/config.ts";
import type { CalendarPeriod } from "../../core/calendar.ts";
import type { Series } from "../ledger/series.ts";
import type { BudgetScopeKind } from "./budget-report.ts";

/** To which calls a budget applies: those that fit all that is set. */
export interface BudgetSelector {
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly tenant: string | undefined;
  /** `value` undefined: each value of the tag has the budget for itself. */
  readonly tag: { readonly name: string; readonly value: string | undefined } | undefined;
}

/** A budget as the config says it. */
export interface BudgetRule {
  readonly selector: BudgetSelector;
  readonly period: CalendarPeriod;
  readonly amountNanoUsd: bigint;
}

const EVERYTHING: BudgetSelector = {
  provider: undefined,
  model: undefined,
  tenant: undefined,
  tag: undefined,
};

/** The amounts of a config by what they apply to, those of tenants included; none where costs are not tracked. */
export function selectedAmounts(
  budgets: BudgetsConfig,
  tenants: readonly TenantConfig[],
): { readonly selector: BudgetSelector; readonly amounts: BudgetAmounts }[] {
  if (!budgets.trackCosts) return [];
  return [
    { selector: EVERYTHING, amounts: budgets },
    ...budgets.scopes.map((scope) => ({ selector: selectorOf(scope), amounts: scope })),
    ...tenants.map(({ name, budgets: own }) => ({ selector: { ...EVERYTHING, tenant: name }, amounts: own })),
  ];
}

/** All budgets by period of a config. */
export function budgetRules(budgets: BudgetsConfig, tenants: readonly TenantConfig[]): BudgetRule[] {
  return selectedAmounts(budgets, tenants).flatMap(({ selector, amounts }) => rulesOf(selector, amounts));
}

/** The value by which a call's spending is counted: of the tag where each value counts apart, else empty. */
export function countedValue({ tag }: BudgetSelector, { tags }: Pick<Series, "tags">): string {
  return tag !== undefined && tag.value === undefined ? tagValue({ tags }, tag.name) : "";
}

/** Whether a budget applies to a call. One of a tag does not where the tag is missing or empty. */
export function appliesTo(selector: BudgetSelector, call: Series): boolean {
  const { provider, model, tenant, tag } = selector;
  if (provider !== undefined && provider !== call.provider) return false;
  if (model !== undefined && model !== call.model) return false;
  if (tenant !== undefined && tenant !== call.tenant) return false;
  if (tag === undefined) return true;
  const value = tagValue(call, tag.name);
  return value !== "" && (tag.value === undefined || tag.value === value);
}

/** A budget's scope for people; `value` is the {@link countedValue}. */
export function scopeOf(
  selector: BudgetSelector,
  value: string,
): { scope: BudgetScopeKind; scopeValue: string } {
  const { tag, tenant, model, provider } = selector;
  const parts: [BudgetScopeKind, string][] = [];
  if (tag !== undefined) parts.push(["tag", `${tag.name}=${tag.value ?? value}`]);
  if (tenant !== undefined) parts.push(["tenant", tenant]);
  if (model !== undefined) parts.push(["model", model]);
  if (provider !== undefined) parts.push(["provider", provider]);
  const [narrowest, ...others] = parts;
  if (narrowest === undefined) return { scope: "all", scopeValue: "" };
  const [scope, first] = narrowest;
  return { scope, scopeValue: [first, ...others.map((other) => other.join(" "))].join(", ") };
}

/** A {@link scopeOf} behind a name: ` of tenant search`; empty for everything. */
export function ofScope(selector: BudgetSelector, value: string): string {
  const { scope, scopeValue } = scopeOf(selector, value);
  return scope === "all" ? "" : ` of ${scope} ${scopeValue}`;
}

function tagValue({ tags }: Pick<Series, "tags">, name: string): string {
  return Object.hasOwn(tags, name) ? tags[name]! : "";
}

function selectorOf({ provider, model, tenant, tag }: ScopedBudget): BudgetSelector {
  return { provider, model, tenant, tag };
}

function rulesOf(selector: BudgetSelector, amounts: BudgetAmounts): BudgetRule[] {
  const byPeriod: [CalendarPeriod, bigint | undefined][] = [
    ["hour", amounts.hourlyNanoUsd],
    ["day", amounts.dailyNanoUsd],
    ["week", amounts.weeklyNanoUsd],
    ["month", amounts.monthlyNanoUsd],
  ];
  return byPeriod.flatMap(([period, amountNanoUsd]) =>
    amountNanoUsd === undefined ? [] : [{ selector, period, amountNanoUsd }],
  );
}
