import type { LedgerStore } from "./ledger-store.ts";

/** What the calls of each provider have cost since a wall time, in nano-dollars; a provider without cost is left out. */
export async function costByProvider(
  ledger: Pick<LedgerStore, "query">,
  startWallMs: number,
): Promise<ReadonlyMap<string, bigint>> {
  const { groups } = await ledger.query({
    models: [],
    tenant: undefined,
    startWallMs,
    endWallMs: undefined,
    groupBy: ["provider"],
  });
  return new Map(
    groups.flatMap(({ key, totals: { cost } }) =>
      cost === undefined ? [] : [[key.provider!, cost.totalNanoUsd] as const],
    ),
  );
}
