import { create } from "@bufbuild/protobuf";
import { type GetUsageRequest, GetUsageRequestSchema } from "../../gen/es/headway/v1/get_usage_pb.js";
import { parseDurationMs } from "../config/duration.ts";
import { timestampFromWallMs } from "../rpc/convert-time.ts";
import { CliError, EXIT } from "./cli-error.ts";

/** Options of commands that ask for usage, as text. */
export interface UsageSelection {
  /** Dimensions with commas between them. Undefined: no groups. */
  readonly groupBy?: string;
  /** How far back, as `7d`. Undefined: everything. */
  readonly last?: string;
  /** Patterns of models with commas between them. Undefined: all. */
  readonly model?: string;
}

/** The request for what was selected. @throws {CliError} for a text that is not understood */
export function usageRequest({ groupBy, last, model }: UsageSelection, nowWallMs: number): GetUsageRequest {
  return create(GetUsageRequestSchema, {
    groupBy: listOf(groupBy),
    models: listOf(model),
    ...(last !== undefined && { startTime: timestampFromWallMs(nowWallMs - readLast(last)) }),
  });
}

/** The words of a list with commas; none when it is undefined. */
function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** A stretch of time in milliseconds. @throws {CliError} */
export function readLast(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs !== undefined && durationMs > 0) return durationMs;
  throw new CliError(`--last: "${text}" is no stretch of time; write for instance 24h or 7d`, EXIT.usage);
}
