import type { CompleteEvent, QueuedEvent } from "./complete-event.ts";
import type { StreamSink } from "./stream-sink.ts";

/** Where a streamed Complete tells what happens. */
export interface EventSink extends StreamSink {
  queued(queued: Omit<QueuedEvent, "kind">): void;
}

/** Turns what happens into events. */
export function sinkTo(tell: (event: CompleteEvent) => Promise<void>): EventSink {
  return {
    queued: (queued) => void tell({ kind: "queued", ...queued }),
    attemptStarted: ({ candidate, cause, number }) =>
      void tell({
        kind: "attempt_started",
        attemptNumber: number,
        model: candidate.model.id,
        deployment: candidate.deployment.id,
        cause,
      }),
    delta: (text) => tell({ kind: "delta", text }),
    toolCall: (toolCall) => tell({ kind: "tool_call", toolCall }),
  };
}
