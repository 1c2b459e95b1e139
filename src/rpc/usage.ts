import type { GetUsageRequest, GetUsageResponse } from "../../gen/es/headway/v1/get_usage_pb.js";
import type { UsageReport } from "../completion/usage-report.ts";
import type { Caller } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { Refusal } from "../core/refusal.ts";
import type { UsageQuery } from "../cost/ledger/usage-query.ts";
import { readGetUsage } from "./convert-usage-query.ts";
import { usageReportToProto } from "./convert-usage-report.ts";
import { granted, valid } from "./granted.ts";
import type { UnaryHandler } from "./handler.ts";

/** What GetUsage needs of the service. */
export interface UsageService {
  /** Shows a tenant only its own totals, groups and budgets. */
  report(query: UsageQuery, caller: Caller): Promise<UsageReport | Refusal> | UsageReport | Refusal;
}

/** Answers GetUsage. */
export function getUsageHandler(
  service: UsageService,
  clock: Clock,
): UnaryHandler<GetUsageRequest, GetUsageResponse> {
  return async (request, { caller }) => {
    const query = valid(readGetUsage(request, clock.wallMs()));
    return usageReportToProto(granted(await service.report(query, caller)));
  };
}
