import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampToWallMs } from "./convert-time.ts";
import type { Violations } from "./violations.ts";

/** A stretch of wall time from `start_time` until before `end_time`; undefined: open on that side, or wrong. */
export function readTimeRange(
  violations: Violations,
  request: { readonly startTime?: Timestamp | undefined; readonly endTime?: Timestamp | undefined },
): { readonly startWallMs: number | undefined; readonly endWallMs: number | undefined } {
  const startWallMs = readTime(violations, "start_time", request.startTime);
  const endWallMs = readTime(violations, "end_time", request.endTime);
  if (startWallMs !== undefined && endWallMs !== undefined && startWallMs >= endWallMs) {
    violations.add("end_time", "must be after start_time");
  }
  return { startWallMs, endWallMs };
}

function readTime(violations: Violations, field: string, value: Timestamp | undefined): number | undefined {
  if (value === undefined) return undefined;
  const wallMs = timestampToWallMs(value);
  if (wallMs === undefined) violations.add(field, "is not a valid timestamp");
  return wallMs;
}
