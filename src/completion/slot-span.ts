import { type SpanContext, trace } from "@opentelemetry/api";

/** What a span says of the slot that it is about. */
export interface TracedSlot {
  readonly slotId: string;
  readonly deployment: string;
}

/** Names the slot in the active span. Without tracing nothing happens. */
export function traceSlot({ slotId, deployment }: TracedSlot): void {
  trace.getActiveSpan()?.setAttributes({ "headway.slot_id": slotId, "headway.deployment": deployment });
}

/**
 * The same, and links the active span to the one in which the slot was acquired: the two RPCs belong together, but
 * often to different traces. On HoldSlots both are one span, which is not linked to itself.
 */
export function traceSlotAgain(slot: TracedSlot, acquiredIn: SpanContext | undefined): void {
  traceSlot(slot);
  const span = trace.getActiveSpan();
  if (span === undefined || acquiredIn === undefined) return;
  if (span.spanContext().spanId !== acquiredIn.spanId) span.addLink({ context: acquiredIn });
}
