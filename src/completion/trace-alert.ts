import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { Alert } from "../cost/alerts/alert.ts";

const tracer = trace.getTracer("headway");

/**
 * Tells of an alert by the event `headway.alert`, on a span of its own named `alert`: no request is its cause alone.
 * Without tracing nothing happens.
 */
export function traceAlert({ id, kind, message, value, threshold, provider, budget }: Alert): void {
  const span = tracer.startSpan("alert", { root: true }, ROOT_CONTEXT);
  span.addEvent("headway.alert", {
    "headway.alert.id": id,
    "headway.alert.kind": kind,
    "headway.alert.message": message,
    "headway.alert.value": value,
    "headway.alert.threshold": threshold,
    ...(provider !== "" && { "headway.alert.provider": provider }),
    ...(budget !== undefined && {
      "headway.alert.budget_scope": budget.scope,
      "headway.alert.budget_scope_value": budget.scopeValue,
      "headway.alert.budget_period": budget.period,
    }),
  });
  span.end();
}
