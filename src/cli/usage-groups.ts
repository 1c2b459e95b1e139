import type { GetUsageResponse, UsageGroup, UsageTotals } from "../../gen/es/headway/v1/get_usage_pb.js";
import { durationToMs } from "../rpc/convert-time.ts";
import { formatCount, formatNanoUsd, printable } from "./format.ts";
import { type Column, formatTable } from "./table.ts";

const MEASURES: readonly Column[] = [
  { title: "REQUESTS", align: "right" },
  { title: "FALLBACK", align: "right" },
  { title: "ERRORS", align: "right" },
  { title: "CACHE HITS", align: "right" },
  { title: "TOKENS IN", align: "right" },
  { title: "TOKENS OUT", align: "right" },
  { title: "COST", align: "right" },
];

/** Groups as a table, with a line of totals beneath: in order of time where they have one, else the dearest first. */
export function describeGroups(report: GetUsageResponse, dimensions: readonly string[]): string {
  const columns = dimensions.map((name) => ({ title: name.toUpperCase(), align: "left" as const }));
  const rows = sortGroups(report.groups, dimensions).map(({ key, totals }) => [
    ...dimensions.map((name) => printable(key[name] ?? "")),
    ...cells(totals),
  ]);
  const total = ["TOTAL", ...dimensions.slice(1).map(() => ""), ...cells(report.totals)];
  return formatTable([...columns, ...MEASURES], [...rows, total]);
}

/** The same with all figures as comma-separated values after RFC 4180, amounts exact; what is not known is empty. */
export function groupsAsCsv(report: GetUsageResponse, dimensions: readonly string[]): string {
  const names = Object.keys(figures(undefined));
  const groups =
    dimensions.length === 0
      ? [{ key: {} as Record<string, string>, totals: report.totals }]
      : sortGroups(report.groups, dimensions);
  const rows = groups.map(({ key, totals }) => [
    ...dimensions.map((name) => key[name] ?? ""),
    ...Object.values(figures(totals)),
  ]);
  const lines = [[...dimensions, ...names], ...rows].map((row) => row.map(quoteCsv).join(","));
  return `${lines.join("\n")}\n`;
}

function cells(totals: UsageTotals | undefined): string[] {
  return [
    formatCount(totals?.requests ?? 0n),
    formatCount(totals?.fallbackRequests ?? 0n),
    formatCount(totals?.errors ?? 0n),
    formatCount(totals?.cacheHits ?? 0n),
    formatCount(totals?.usage?.inputTokens ?? 0n),
    formatCount(totals?.usage?.outputTokens ?? 0n),
    totals?.cost === undefined ? "" : formatNanoUsd(totals.cost.totalNanoUsd),
  ];
}

/** Every figure by its name. */
function figures(totals: UsageTotals | undefined): Record<string, string> {
  const latencyMs = totals?.averageLatency === undefined ? undefined : durationToMs(totals.averageLatency);
  const text = (value: bigint | number | undefined): string => (value === undefined ? "" : String(value));
  return {
    requests: text(totals?.requests),
    primary_requests: text(totals?.primaryRequests),
    fallback_requests: text(totals?.fallbackRequests),
    rate_limit_waits: text(totals?.rateLimitWaits),
    rate_limit_fallbacks: text(totals?.rateLimitFallbacks),
    scheduled_waits: text(totals?.scheduledWaits),
    wait_timeouts: text(totals?.waitTimeouts),
    errors: text(totals?.errors),
    cache_hits: text(totals?.cacheHits),
    input_tokens: text(totals?.usage?.inputTokens),
    output_tokens: text(totals?.usage?.outputTokens),
    cached_input_tokens: text(totals?.usage?.cachedInputTokens),
    reasoning_tokens: text(totals?.usage?.reasoningTokens),
    cost_usd: totals?.cost === undefined ? "" : formatNanoUsd(totals.cost.totalNanoUsd).slice(1),
    average_latency_ms: text(latencyMs),
    success_rate: text(totals?.successRate),
  };
}

function sortGroups(groups: readonly UsageGroup[], dimensions: readonly string[]): UsageGroup[] {
  const costOf = ({ totals }: UsageGroup): bigint => totals?.cost?.totalNanoUsd ?? 0n;
  const keyOf = ({ key }: UsageGroup): string => dimensions.map((name) => key[name] ?? "").join("\0");
  const byKey = (left: UsageGroup, right: UsageGroup): number => (keyOf(left) < keyOf(right) ? -1 : 1);
  const byCost = (left: UsageGroup, right: UsageGroup): number =>
    costOf(left) === costOf(right) ? byKey(left, right) : costOf(left) < costOf(right) ? 1 : -1;
  const hasTime = dimensions.includes("day") || dimensions.includes("hour");
  return [...groups].sort(hasTime ? byKey : byCost);
}

function quoteCsv(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
