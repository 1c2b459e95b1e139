import type { UsageQuery, UsageSummary, UsageTotals } from "../../../src/cost/ledger/usage-query.ts";
import type { LedgerEntry } from "../../../src/cost/ledger.ts";

/** The answer to a query by the plain definition: every row looked at, every figure counted on its own. */
export function countRows(entries: readonly LedgerEntry[], query: UsageQuery): UsageSummary {
  const rows = entries.filter(
    (row) =>
      (query.models.length === 0 ||
        query.models.some((model) =>
          model.endsWith("/*") ? row.model.startsWith(model.slice(0, -1)) : row.model === model,
        )) &&
      (query.tenant === undefined || row.tenant === query.tenant) &&
      row.wallMs >= (query.startWallMs ?? Number.NEGATIVE_INFINITY) &&
      row.wallMs < (query.endWallMs ?? Number.POSITIVE_INFINITY),
  );
  const groups = new Map<string, { key: Record<string, string>; rows: LedgerEntry[] }>();
  for (const row of query.groupBy.length === 0 ? [] : rows) {
    for (const key of keysOf(row, query.groupBy)) {
      const id = JSON.stringify(key);
      const group = groups.get(id) ?? { key, rows: [] };
      group.rows.push(row);
      groups.set(id, group);
    }
  }
  const ordered = [...groups.values()].sort((left, right) => {
    for (const dimension of query.groupBy) {
      if (left.key[dimension]! < right.key[dimension]!) return -1;
      if (left.key[dimension]! > right.key[dimension]!) return 1;
    }
    return 0;
  });
  return {
    totals: totalsOf(rows),
    groups: ordered.map((group) => ({ key: group.key, totals: totalsOf(group.rows) })),
  };
}

function keysOf(row: LedgerEntry, groupBy: UsageQuery["groupBy"]): Record<string, string>[] {
  const time = new Date(row.wallMs).toISOString();
  const key: Record<string, string> = {};
  for (const dimension of groupBy) {
    if (dimension === "day") key.day = time.slice(0, 10);
    else if (dimension === "hour") key.hour = `${time.slice(0, 13)}:00:00Z`;
    else if (dimension.startsWith("tag:")) key[dimension] = row.tags[dimension.slice(4)] ?? "";
    else if (dimension === "model" || dimension === "provider" || dimension === "tenant")
      key[dimension] = row[dimension];
    else key.tag = "";
  }
  if (!groupBy.includes("tag")) return [key];
  return Object.entries(row.tags).map(([name, value]) => ({ ...key, tag: `${name}=${value}` }));
}

function totalsOf(rows: readonly LedgerEntry[]): UsageTotals {
  const count = (condition: (row: LedgerEntry) => boolean): number => rows.filter(condition).length;
  const answered = rows.filter((row) => row.isLast && row.outcome === "succeeded");
  const timed = answered.filter((row) => row.kind !== "cache_hit" && row.latencyMs !== undefined);
  const priced = rows.flatMap((row) => row.cost ?? []);
  const sources = [...new Set(priced.map((cost) => cost.priceSource))];
  const requests = count((row) => row.isLast);
  const nanoUsd = (field: "inputNanoUsd" | "outputNanoUsd" | "totalNanoUsd"): bigint =>
    priced.reduce((sum, cost) => sum + cost[field], 0n);
  return {
    requests,
    primaryRequests: answered.filter((row) => row.kind !== "cache_hit" && !row.isFallback).length,
    fallbackRequests: answered.filter((row) => row.kind !== "cache_hit" && row.isFallback).length,
    rateLimitWaits: count((row) => row.isRateLimitWait),
    rateLimitFallbacks: count((row) => row.isRateLimitFallback),
    scheduledWaits: count((row) => row.waitedMs > 0),
    waitTimeouts: count(
      (row) =>
        row.isLast &&
        row.outcome === "refused" &&
        /^(WAIT_TOO_LONG|DEADLINE_EXCEEDED)$/.test(row.reason ?? ""),
    ),
    errors: count((row) => row.isLast && /^(failed|refused)$/.test(row.outcome)),
    cacheHits: count((row) => row.kind === "cache_hit"),
    usage: usageOf(rows),
    cost:
      priced.length === 0
        ? undefined
        : {
            inputNanoUsd: nanoUsd("inputNanoUsd"),
            outputNanoUsd: nanoUsd("outputNanoUsd"),
            totalNanoUsd: nanoUsd("totalNanoUsd"),
            priceSource: sources.length === 1 ? sources[0]! : "",
          },
    averageLatencyMs:
      timed.length === 0
        ? undefined
        : timed.reduce((sum, row) => sum + Math.round(row.latencyMs! * 1000), 0) / timed.length / 1000,
    successRate: requests === 0 ? undefined : answered.length / requests,
  };
}

function usageOf(rows: readonly LedgerEntry[]): UsageTotals["usage"] {
  const used = rows.flatMap((row) => row.usage ?? []);
  const usage: Record<string, number | boolean> = {};
  for (const field of [
    "inputTokens",
    "outputTokens",
    "cachedInputTokens",
    "cacheWriteInputTokens",
    "reasoningTokens",
  ] as const) {
    const known = used.flatMap((one) => one[field] ?? []);
    if (known.length > 0) usage[field] = known.reduce((sum, tokens) => sum + tokens, 0);
  }
  const totals = used.flatMap((one) => {
    if (one.totalTokens !== undefined) return [one.totalTokens];
    if (one.inputTokens === undefined && one.outputTokens === undefined) return [];
    return [(one.inputTokens ?? 0) + (one.outputTokens ?? 0)];
  });
  if (totals.length > 0) usage.totalTokens = totals.reduce((sum, tokens) => sum + tokens, 0);
  if (used.some((one) => one.estimated)) usage.estimated = true;
  return usage;
}
