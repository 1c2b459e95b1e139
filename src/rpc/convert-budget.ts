import { create } from "@bufbuild/protobuf";
import {
  BudgetPeriod,
  BudgetScope,
  type BudgetUsage,
  BudgetUsageSchema,
} from "../../gen/es/headway/v1/budget_pb.js";
import type { BudgetReport } from "../cost/budget/budget-report.ts";
import { timestampFromWallMs } from "./convert-time.ts";

const SCOPE_NUMBERS: Readonly<Record<BudgetReport["scope"], BudgetScope>> = {
  all: BudgetScope.ALL,
  provider: BudgetScope.PROVIDER,
  model: BudgetScope.MODEL,
  tenant: BudgetScope.TENANT,
  tag: BudgetScope.TAG,
};

const PERIOD_NUMBERS: Readonly<Record<BudgetReport["period"], BudgetPeriod>> = {
  request: BudgetPeriod.REQUEST,
  hour: BudgetPeriod.HOUR,
  day: BudgetPeriod.DAY,
  week: BudgetPeriod.WEEK,
  month: BudgetPeriod.MONTH,
};

/** A budget as it stands. */
export function budgetToProto(budget: BudgetReport): BudgetUsage {
  return create(BudgetUsageSchema, {
    scope: SCOPE_NUMBERS[budget.scope],
    scopeValue: budget.scopeValue,
    period: PERIOD_NUMBERS[budget.period],
    amountNanoUsd: budget.amountNanoUsd,
    usedNanoUsd: budget.usedNanoUsd,
    reservedNanoUsd: budget.reservedNanoUsd,
    remainingNanoUsd: budget.remainingNanoUsd,
    resetTime: budget.resetWallMs === undefined ? undefined : timestampFromWallMs(budget.resetWallMs),
    timeZone: budget.timeZone,
  });
}
