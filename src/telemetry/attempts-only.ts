import type { tracing } from "@opentelemetry/sdk-node";
import { isAttempt } from "./langfuse-attributes.ts";

/** Hands on the spans of attempts and of the requests that they were made for, and no others. */
export class AttemptsOnly implements tracing.SpanProcessor {
  readonly #next: tracing.SpanProcessor;
  /** Ids of spans that run and have attempts beneath them. */
  readonly #requests = new Set<string>();

  constructor(next: tracing.SpanProcessor) {
    this.#next = next;
  }

  onStart(span: tracing.Span, context: Parameters<tracing.SpanProcessor["onStart"]>[1]): void {
    const parent = span.parentSpanContext;
    if (parent !== undefined && isAttempt(span)) this.#requests.add(parent.spanId);
    this.#next.onStart(span, context);
  }

  onEnd(span: tracing.ReadableSpan): void {
    if (isAttempt(span) || this.#requests.delete(span.spanContext().spanId)) this.#next.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#next.shutdown();
  }
}
