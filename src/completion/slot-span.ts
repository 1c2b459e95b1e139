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
 * The same, and links the active span to the one in which the slot was acquired: the two belong together, but often to
 * different traces.
 */
export function traceSlotAgain(slot: TracedSlot, acquiredIn: SpanContext | undefined): void {
  traceSlot(slot);
  const span = trace.getActiveSpan();
  if (acquiredIn !== undefined) span?.addLink({ context: acquiredIn });
}
