import { create } from "@bufbuild/protobuf";
import type { ListAlertsRequest } from "../../gen/es/headway/v1/admin_service_pb.js";
import { AlertKind, AlertSchema, type Alert as ProtoAlert } from "../../gen/es/headway/v1/alert_pb.js";
import type { Alert } from "../cost/alerts/alert.ts";
import { budgetToProto } from "./convert-budget.ts";
import { timestampFromWallMs } from "./convert-time.ts";
import { readTimeRange } from "./read-time-range.ts";
import { type Reading, reading, Violations } from "./violations.ts";

const KIND_NUMBERS: Readonly<Record<Alert["kind"], AlertKind>> = {
  budget_threshold: AlertKind.BUDGET_THRESHOLD,
  budget_exceeded: AlertKind.BUDGET_EXCEEDED,
  rate_limit_hits: AlertKind.RATE_LIMIT_HITS,
  error_rate: AlertKind.ERROR_RATE,
  unusual_spending: AlertKind.UNUSUAL_SPENDING,
  provider_down: AlertKind.PROVIDER_DOWN,
};

/** A stretch of wall time, the end excluded; undefined: open on that side. */
export interface AlertQuery {
  readonly startWallMs: number | undefined;
  readonly endWallMs: number | undefined;
}

/** Checks which alerts are asked for. */
export function readListAlerts(request: ListAlertsRequest): Reading<AlertQuery> {
  const violations = new Violations();
  return reading(violations, readTimeRange(violations, request));
}

/** An alert that was raised. */
export function alertToProto(alert: Alert): ProtoAlert {
  const { id, kind, wallMs, message, value, threshold, provider, budget } = alert;
  return create(AlertSchema, {
    id,
    kind: KIND_NUMBERS[kind],
    createTime: timestampFromWallMs(wallMs),
    message,
    value,
    threshold,
    provider,
    ...(budget !== undefined && { budget: budgetToProto(budget) }),
  });
}
