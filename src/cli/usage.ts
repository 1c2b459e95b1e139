import { toJsonString } from "@bufbuild/protobuf";
import {
  type GetUsageResponse,
  GetUsageResponseSchema,
  type UsageTotals,
} from "../../gen/es/headway/v1/get_usage_pb.js";
import type { PoolUsage } from "../../gen/es/headway/v1/pool_pb.js";
import { SystemClock } from "../core/clock.ts";
import { type ConnectionOptions, connect } from "./connection.ts";
import { explainRpcError } from "./explain-rpc-error.ts";
import {
  formatCount,
  formatLimit,
  formatNanoUsd,
  formatOptionalDuration,
  formatTimeUntil,
} from "./format.ts";
import { type Column, formatTable } from "./table.ts";
import { describeGroups, groupsAsCsv } from "./usage-groups.ts";
import { type UsageSelection, usageRequest } from "./usage-request.ts";

const COLUMNS: readonly Column[] = [
  { title: "POOL", align: "left" },
  { title: "LIMIT", align: "left" },
  { title: "USED", align: "right" },
  { title: "RESERVED", align: "right" },
  { title: "LEFT", align: "right" },
  { title: "CAP", align: "right" },
  { title: "RESETS IN", align: "right" },
  { title: "WAITING", align: "right" },
  { title: "WAIT", align: "right" },
];

/** Options of `headway usage`. */
export interface UsageOptions extends ConnectionOptions, UsageSelection {
  /** Undefined: a table. */
  readonly format?: "table" | "csv" | "json";
  /** The same as `format: "json"`. */
  readonly json?: boolean;
}

/** Prints what is used, left, waiting and spent; or, by groups, what was used and spent. @throws {CliError} */
export async function usageCommand(options: UsageOptions): Promise<void> {
  const nowWallMs = new SystemClock().wallMs();
  const request = usageRequest(options, nowWallMs);
  const report = await connect(options)
    .getUsage(request)
    .catch((error: unknown) => {
      throw explainRpcError(error, options.address);
    });
  process.stdout.write(describe(report, options, request.groupBy, nowWallMs));
}

function describe(
  report: GetUsageResponse,
  { format, json }: UsageOptions,
  dimensions: readonly string[],
  nowWallMs: number,
): string {
  if (json === true || format === "json") {
    return `${toJsonString(GetUsageResponseSchema, report, { prettySpaces: 2 })}\n`;
  }
  if (format === "csv") return groupsAsCsv(report, dimensions);
  return dimensions.length === 0 ? describeReport(report, nowWallMs) : describeGroups(report, dimensions);
}

/** The report as a table of limits, and a line of totals. Pools that are idle and cannot be used are left out. */
function describeReport(report: GetUsageResponse, nowWallMs: number): string {
  const configured = new Set(report.providers.filter((one) => one.configured).map(({ name }) => name));
  const pools = report.pools.filter((pool) => isBusy(pool) || isOfProvider(pool, configured));
  const rows = pools.flatMap((pool) => {
    const queue = [formatCount(pool.queueLength), formatOptionalDuration(pool.predictedWait)];
    if (pool.limits.length === 0) return [[pool.name, "none", "", "", "", "", "", ...queue]];
    return pool.limits.map((limit, index) => [
      index === 0 ? pool.name : "",
      formatLimit(limit),
      formatCount(limit.used),
      formatCount(limit.reserved),
      formatCount(limit.remaining),
      formatCount(limit.cap),
      formatTimeUntil(limit.resetTime, nowWallMs),
      ...(index === 0 ? queue : []),
    ]);
  });
  const hidden = report.pools.length - pools.length;
  const note = hidden === 0 ? "" : `(${hidden} more of providers that are off; --json shows them)\n`;
  const table = `${formatTable(COLUMNS, rows)}${note}`;
  return report.totals === undefined ? table : `${table}\n${describeTotals(report.totals)}\n`;
}

function isBusy({ limits, queueLength }: PoolUsage): boolean {
  return queueLength > 0n || limits.some(({ used, reserved }) => used > 0n || reserved > 0n);
}

function isOfProvider({ models }: PoolUsage, providers: ReadonlySet<string>): boolean {
  return models.some((model) => providers.has(model.split("/", 1)[0]!));
}

function describeTotals({ requests, fallbackRequests, errors, usage, cost }: UsageTotals): string {
  return [
    `${formatCount(requests)} requests`,
    `${formatCount(fallbackRequests)} by fallback`,
    `${formatCount(errors)} errors`,
    `${formatCount(usage?.inputTokens ?? 0n)} + ${formatCount(usage?.outputTokens ?? 0n)} tokens`,
    formatNanoUsd(cost?.totalNanoUsd ?? 0n),
  ].join(", ");
}
