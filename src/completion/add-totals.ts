import type { UsageTotals } from "../cost/ledger/usage-query.ts";
import { addCost, addUsage } from "./accounting.ts";

/** The totals of nothing. */
export const NO_TOTALS: UsageTotals = {
  requests: 0,
  primaryRequests: 0,
  fallbackRequests: 0,
  rateLimitWaits: 0,
  rateLimitFallbacks: 0,
  scheduledWaits: 0,
  waitTimeouts: 0,
  errors: 0,
  cacheHits: 0,
  usage: {},
  cost: undefined,
  averageLatencyMs: undefined,
  successRate: undefined,
};

/** The totals of two sets of requests that have none in common. Averages are weighed by the requests behind them. */
export function addTotals(left: UsageTotals, right: UsageTotals): UsageTotals {
  const requests = left.requests + right.requests;
  const answered = (totals: UsageTotals): number => (totals.successRate ?? 0) * totals.requests;
  return {
    requests,
    primaryRequests: left.primaryRequests + right.primaryRequests,
    fallbackRequests: left.fallbackRequests + right.fallbackRequests,
    rateLimitWaits: left.rateLimitWaits + right.rateLimitWaits,
    rateLimitFallbacks: left.rateLimitFallbacks + right.rateLimitFallbacks,
    scheduledWaits: left.scheduledWaits + right.scheduledWaits,
    waitTimeouts: left.waitTimeouts + right.waitTimeouts,
    errors: left.errors + right.errors,
    cacheHits: left.cacheHits + right.cacheHits,
    usage: addAllUsage(left.usage, right.usage),
    cost:
      left.cost === undefined || right.cost === undefined
        ? (left.cost ?? right.cost)
        : addCost(left.cost, right.cost),
    averageLatencyMs: averageLatencyMs(left, right),
    successRate: requests === 0 ? undefined : (answered(left) + answered(right)) / requests,
  };
}

function addAllUsage(left: UsageTotals["usage"], right: UsageTotals["usage"]): UsageTotals["usage"] {
  const { totalTokens: leftTotal, ...leftRest } = left;
  const { totalTokens: rightTotal, ...rightRest } = right;
  const sum = addUsage(leftRest, rightRest);
  if (leftTotal === undefined && rightTotal === undefined) return sum;
  return { ...sum, totalTokens: (leftTotal ?? 0) + (rightTotal ?? 0) };
}

function averageLatencyMs(left: UsageTotals, right: UsageTotals): number | undefined {
  if (left.averageLatencyMs === undefined) return right.averageLatencyMs;
  if (right.averageLatencyMs === undefined) return left.averageLatencyMs;
  const leftCalls = left.primaryRequests + left.fallbackRequests;
  const rightCalls = right.primaryRequests + right.fallbackRequests;
  return (left.averageLatencyMs * leftCalls + right.averageLatencyMs * rightCalls) / (leftCalls + rightCalls);
}
