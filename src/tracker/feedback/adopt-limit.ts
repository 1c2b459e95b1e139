import type { Limit } from "../../core/limit.ts";
import type { PoolRules } from "../pool-rules.ts";

/** An amount that a provider's answer put below the declared one, or that has come back towards it. */
export interface AdoptedLimit {
  /** The limit as it counts from now on; its `declaredAmount` is set while it is below the declared one. */
  readonly limit: Limit;
  readonly declaredAmount: number;
}

/**
 * The rules with the amount of one limit as the provider states it, never above the declared one; `undefined` when that
 * changes nothing. `limit` is one of the rules' own.
 */
export function adoptLimit(
  rules: PoolRules,
  limit: Limit,
  statedAmount: number,
): { readonly rules: PoolRules; readonly adopted: AdoptedLimit } | undefined {
  const declaredAmount = limit.declaredAmount ?? limit.amount;
  const amount = Math.max(1, Math.min(declaredAmount, Math.floor(statedAmount)));
  if (amount === limit.amount) return undefined;
  const { declaredAmount: _, ...plain } = limit;
  const next: Limit = amount === declaredAmount ? { ...plain, amount } : { ...plain, amount, declaredAmount };
  const limits = rules.limits.map((other) => (other === limit ? next : other));
  return { rules: { ...rules, limits }, adopted: { limit: next, declaredAmount } };
}
