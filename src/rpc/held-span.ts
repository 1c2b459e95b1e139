import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import type { HoldSlotsRequest } from "../../gen/es/headway/v1/hold_slots_pb.js";
import type { Caller } from "../core/call.ts";
import { REFUSAL_STATUS, type Refusal } from "../core/refusal.ts";
import { CODE_NUMBERS } from "./status.ts";

const SERVICE = "headway.v1.HeadwayService";
const tracer = trace.getTracer("headway");

/** The span of one request on a stream of HoldSlots. */
export interface HeldSpan {
  /** Runs code in which the span is the active one. */
  run<T>(work: () => T): T;
  /** `refusal` undefined: it was answered. */
  end(refusal: Refusal | undefined): void;
}

/** Starts it: under the span that the request names, else under that of the stream. Undefined: no spans are made. */
export function startHeldSpan(
  { request, traceContext }: HoldSlotsRequest,
  { tenant }: Caller,
): HeldSpan | undefined {
  if (trace.getActiveSpan() === undefined) return undefined;
  const parent = propagation.extract(context.active(), traceContext);
  const attributes = {
    "rpc.system": "grpc",
    "rpc.service": SERVICE,
    "rpc.method": "HoldSlots",
    "headway.tenant": tenant,
  };
  const name = `${SERVICE}/HoldSlots ${request.case ?? "unknown"}`;
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  const active = trace.setSpan(parent, span);
  return {
    run: (work) => context.with(active, work),
    end(refusal) {
      const code = refusal && CODE_NUMBERS[refusal.status ?? REFUSAL_STATUS[refusal.reason]];
      span.setAttribute("rpc.grpc.status_code", code ?? 0);
      if (refusal !== undefined) span.setAttribute("error.type", refusal.reason);
      span.end();
    },
  };
}
