import type { DescMethod } from "@bufbuild/protobuf";
import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { CODE_NUMBERS, type RpcStatus } from "../rpc/status.ts";
import type { ServerCall } from "./server-call.ts";

const tracer = trace.getTracer("headway");

/** Codes of which the caller is the cause: by convention they do not mark a server's span as failed. */
const CALLER_CODES: ReadonlySet<RpcStatus["code"]> = new Set([
  "CANCELLED",
  "INVALID_ARGUMENT",
  "NOT_FOUND",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "UNAUTHENTICATED",
]);

/** The server's span of one RPC. */
export interface ServerSpan {
  /** Runs code in which the span is the active one. */
  run<T>(work: () => T): T;
  /** `status` undefined: answered. */
  end(call: ServerCall, status: RpcStatus | undefined): void;
}

/** Starts the span of an RPC, under the caller's own when its metadata name one; the call learns its trace id. */
export function startServerSpan(method: DescMethod, call: ServerCall): ServerSpan {
  const parent = propagation.extract(ROOT_CONTEXT, call, {
    get: (carrier, key) => carrier.metadata(key),
    keys: () => [],
  });
  const attributes = {
    "rpc.system": "grpc",
    "rpc.service": method.parent.typeName,
    "rpc.method": method.name,
  };
  const name = `${method.parent.typeName}/${method.name}`;
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  call.traceId = span.spanContext().traceId;
  const active = trace.setSpan(parent, span);
  return {
    run: (work) => context.with(active, work),
    end: (ended, status) => endSpan(span, ended, status),
  };
}

function endSpan(span: Span, call: ServerCall, status: RpcStatus | undefined): void {
  span.setAttribute("rpc.grpc.status_code", status === undefined ? 0 : CODE_NUMBERS[status.code]);
  span.setAttribute("headway.tenant", call.caller.tenant);
  if (call.requestId !== undefined) span.setAttribute("headway.request_id", call.requestId);
  if (status !== undefined) {
    span.setAttribute("error.type", status.reason ?? status.code);
    if (!CALLER_CODES.has(status.code))
      span.setStatus({ code: SpanStatusCode.ERROR, message: status.message });
  }
  span.end();
}
