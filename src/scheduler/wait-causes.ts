import { type CauseSet, NO_CAUSES } from "../core/cause-set.ts";
import type { StartOption } from "./place.ts";
import { fullScopes } from "./scope.ts";

/** What keeps a call from starting at an option at `nowMs`, in its pool and its scopes. */
export function waitCausesOf({ pool, amounts, scopes }: StartOption, nowMs: number): CauseSet {
  let causes = pool.usage.causes(nowMs, amounts);
  for (const scope of scopes) {
    if (scope.earliestMs(nowMs, amounts) > nowMs) causes |= scope.causes?.(nowMs, amounts) ?? NO_CAUSES;
  }
  return causes;
}

/** What of an option has no room at `nowMs`, for people: the scopes that have a name, then the pool. */
export function fullSubjects({ pool, amounts, scopes }: StartOption, nowMs: number): string[] {
  const full = fullScopes(scopes, nowMs, amounts);
  return [...full.flatMap(({ subject }) => subject ?? []), `pool ${pool.id}`];
}
