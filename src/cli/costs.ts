import type { GetUsageResponse } from "../../gen/es/headway/v1/get_usage_pb.js";
import { utcDayText } from "../core/calendar.ts";
import { SystemClock } from "../core/clock.ts";
import { DAY_MS } from "../core/durations.ts";
import { type Bar, type BarChartOptions, barChart } from "./bar-chart.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { type ConnectionOptions, connect } from "./connection.ts";
import { explainRpcError } from "./explain-rpc-error.ts";
import { formatDuration, formatRoundedUsd, printable } from "./format.ts";
import { readLast, usageRequest } from "./usage-request.ts";

/** Days without spending between others are shown too, where that does not fill the screen. */
const MOST_FILLED_DAYS = 92;
const DEFAULT_WIDTH = 80;

/** Options of `headway costs`. */
export interface CostsOptions extends ConnectionOptions {
  /** One dimension. Undefined: by model and by day. */
  readonly by?: string;
  /** How far back, as `30d`. */
  readonly last: string;
  /** Patterns of models with commas between them. Undefined: all. */
  readonly model?: string;
}

/** Draws what was spent. @throws {CliError} */
export async function costsCommand(options: CostsOptions): Promise<void> {
  const nowWallMs = new SystemClock().wallMs();
  const lastMs = readLast(options.last);
  if (options.by?.includes(",")) {
    throw new CliError("--by takes one dimension; headway usage --group-by takes several", EXIT.usage);
  }
  const client = connect(options);
  const charts: string[] = [];
  for (const dimension of options.by === undefined ? ["model", "day"] : [options.by]) {
    const request = usageRequest({ ...options, groupBy: dimension }, nowWallMs);
    const report = await client.getUsage(request).catch((error: unknown) => {
      throw explainRpcError(error, options.address);
    });
    charts.push(describeCosts(report, { dimension, lastMs, nowWallMs, ...terminal() }));
    if ((report.totals?.cost?.totalNanoUsd ?? 0n) === 0n) break;
  }
  process.stdout.write(charts.join("\n"));
}

/** What a chart of costs is about. */
export interface CostChart extends BarChartOptions {
  readonly dimension: string;
  readonly lastMs: number;
  readonly nowWallMs: number;
}

/** A chart of the costs of groups: in order of time where they have one, else the dearest first. */
export function describeCosts({ groups, totals }: GetUsageResponse, chart: CostChart): string {
  const { dimension, lastMs } = chart;
  const total = totals?.cost?.totalNanoUsd ?? 0n;
  const period = `in the last ${formatDuration(lastMs)}`;
  if (total === 0n) return `Nothing was spent ${period}.\n`;
  const spent = new Map(
    groups.map(({ key, totals: sums }) => [key[dimension] ?? "", sums?.cost?.totalNanoUsd ?? 0n]),
  );
  if (dimension === "day") fillDays(spent, chart);
  const isTime = dimension === "day" || dimension === "hour";
  const entries = [...spent].sort(([leftKey, left], [rightKey, right]) =>
    isTime || left === right ? (leftKey < rightKey ? -1 : 1) : left < right ? 1 : -1,
  );
  const bars = entries.map(([key, nanoUsd]): Bar => {
    const percent = Number((nanoUsd * 1_000n) / total) / 10;
    const label = key === "" ? "(none)" : printable(key);
    const share = `${percent.toFixed(1)} %`.padStart(7);
    return { label, value: Number(nanoUsd), text: `${formatRoundedUsd(nanoUsd)} ${share}` };
  });
  return `${formatRoundedUsd(total)} ${period}, by ${dimension}\n\n${barChart(bars, chart)}`;
}

/** From the first day that has something. */
function fillDays(spent: Map<string, bigint>, { nowWallMs }: CostChart): void {
  const first = Math.min(...[...spent.keys()].map((day) => Date.parse(day) / DAY_MS));
  const last = Math.floor(nowWallMs / DAY_MS);
  if (last - first > MOST_FILLED_DAYS) return;
  for (let day = first; day <= last; day++) {
    const key = utcDayText(day * DAY_MS);
    if (!spent.has(key)) spent.set(key, 0n);
  }
}

/** Colour only for terminals, and not where NO_COLOR (https://no-color.org) is set. */
function terminal(): BarChartOptions {
  const { COLUMNS, NO_COLOR, TERM } = process.env;
  const width = process.stdout.columns ?? (Number(COLUMNS) || DEFAULT_WIDTH);
  const isPlain = (NO_COLOR ?? "") !== "" || TERM === "dumb";
  return { width, hasColor: process.stdout.isTTY === true && !isPlain };
}
