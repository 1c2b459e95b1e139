import type { WaitCause } from "../core/limit.ts";
import type { StartOption } from "./place.ts";
import { fullScopes } from "./scope.ts";

/** What keeps a call from starting at an option at `nowMs`, in its pool and its scopes; each cause once. */
export function waitCausesOf({ pool, amounts, scopes }: StartOption, nowMs: number): WaitCause[] {
  const causes = pool.usage.causes(nowMs, amounts);
  for (const scope of fullScopes(scopes, nowMs, amounts)) {
    for (const cause of scope.causes?.(nowMs, amounts) ?? []) {
      if (!causes.includes(cause)) causes.push(cause);
    }
  }
  return causes;
}

/** What of an option has no room at `nowMs`, for people: the scopes that have a name, then the pool. */
export function fullSubjects({ pool, amounts, scopes }: StartOption, nowMs: number): string[] {
  const full = fullScopes(scopes, nowMs, amounts);
  return [...full.flatMap(({ subject }) => subject ?? []), `pool ${pool.id}`];
}
