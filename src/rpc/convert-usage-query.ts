import { type GetUsageRequest, Timeframe } from "../../gen/es/headway/v1/get_usage_pb.js";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../core/durations.ts";
import type { UsageDimension, UsageQuery } from "../cost/ledger/usage-query.ts";
import { readEnum, readModels, readText } from "./read-fields.ts";
import { readTimeRange } from "./read-time-range.ts";
import { type Reading, reading, Violations } from "./violations.ts";

const MAX_NAME_LENGTH = 256;
/** Groups multiply with each dimension. */
const MAX_DIMENSIONS = 8;

/** Length of each timeframe in milliseconds; infinity: everything. */
const TIMEFRAMES: Readonly<Record<number, number>> = {
  [Timeframe.MINUTE]: MINUTE_MS,
  [Timeframe.HOUR]: HOUR_MS,
  [Timeframe.DAY]: DAY_MS,
  [Timeframe.WEEK]: 7 * DAY_MS,
  [Timeframe.MONTH]: 30 * DAY_MS,
  [Timeframe.ALL]: Number.POSITIVE_INFINITY,
};

const DIMENSION = /^(model|provider|tenant|tag|day|hour|tag:.{1,64})$/su;

/** Checks every bound of the contract. A timeframe becomes a start, counted back from `nowWallMs`. */
export function readGetUsage(request: GetUsageRequest, nowWallMs: number): Reading<UsageQuery> {
  const violations = new Violations();
  const timeframeMs = readEnum(violations, "timeframe", request.timeframe, TIMEFRAMES);
  if (request.timeframe !== Timeframe.UNSPECIFIED && (request.startTime ?? request.endTime) !== undefined) {
    violations.add("timeframe", "must not be set together with start_time or end_time");
  }
  const { startWallMs, endWallMs } = readTimeRange(violations, request);
  const isBounded = timeframeMs !== undefined && Number.isFinite(timeframeMs);
  return reading(violations, {
    models: readModels(violations, "models", request.models),
    tenant: readText(violations, "tenant", request.tenant, MAX_NAME_LENGTH),
    startWallMs: isBounded ? nowWallMs - timeframeMs : startWallMs,
    endWallMs,
    groupBy: readGroupBy(violations, request.groupBy),
  });
}

function readGroupBy(violations: Violations, values: readonly string[]): readonly UsageDimension[] {
  if (values.length > MAX_DIMENSIONS) {
    violations.add("group_by", `must be at most ${MAX_DIMENSIONS}`);
    return [];
  }
  return values.filter((value, index): value is UsageDimension => {
    const field = `group_by[${index}]`;
    if (!DIMENSION.test(value)) {
      violations.add(field, "must be one of model, provider, tenant, tag, tag:<key>, day and hour");
      return false;
    }
    if (values.indexOf(value) < index) violations.add(field, "must not be there twice");
    return true;
  });
}
