import { trace } from "@opentelemetry/api";

/** The trace that the code runs in, as 32 hexadecimal digits. Empty: none. */
export function activeTraceId(): string {
  return trace.getActiveSpan()?.spanContext().traceId ?? "";
}
