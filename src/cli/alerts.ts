import { toJsonString } from "@bufbuild/protobuf";
import {
  type ListAlertsResponse,
  ListAlertsResponseSchema,
} from "../../gen/es/headway/v1/admin_service_pb.js";
import { AlertKind } from "../../gen/es/headway/v1/alert_pb.js";
import { SystemClock } from "../core/clock.ts";
import { timestampFromWallMs, timestampToWallMs } from "../rpc/convert-time.ts";
import { type ConnectionOptions, connectAdmin } from "./connection.ts";
import { explainRpcError } from "./explain-rpc-error.ts";
import { printable } from "./format.ts";
import { type Column, formatTable } from "./table.ts";
import { readLast } from "./usage-request.ts";

const COLUMNS: readonly Column[] = [
  { title: "TIME", align: "left" },
  { title: "KIND", align: "left" },
  { title: "WHAT", align: "left" },
];

/** Options of `headway alerts`. */
export interface AlertsOptions extends ConnectionOptions {
  /** How far back, as `7d`. */
  readonly last: string;
  /** Print them as JSON. */
  readonly json?: boolean;
}

/** Prints what was alerted, the newest first. @throws {CliError} */
export async function alertsCommand(options: AlertsOptions): Promise<void> {
  const startTime = timestampFromWallMs(new SystemClock().wallMs() - readLast(options.last));
  const response = await connectAdmin(options)
    .listAlerts({ startTime })
    .catch((error: unknown) => {
      throw explainRpcError(error, options.address, "HEADWAY_ADMIN_TOKEN");
    });
  process.stdout.write(
    options.json === true
      ? `${toJsonString(ListAlertsResponseSchema, response, { prettySpaces: 2 })}\n`
      : describeAlerts(response),
  );
}

/** Alerts as a table. */
function describeAlerts({ alerts }: ListAlertsResponse): string {
  if (alerts.length === 0) return "No alerts.\n";
  const rows = alerts.map(({ createTime, kind, message }) => [
    createTime === undefined ? "" : new Date(timestampToWallMs(createTime) ?? 0).toISOString().slice(0, 19),
    (AlertKind[kind] ?? "OTHER").toLowerCase(),
    printable(message),
  ]);
  return formatTable(COLUMNS, rows);
}
