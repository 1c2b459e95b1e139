import { context, propagation, trace } from "@opentelemetry/api";
import { NodeSDK, tracing } from "@opentelemetry/sdk-node";

/** A span that has ended. */
export type RecordedSpan = tracing.ReadableSpan;

/** Takes all spans of this process until it is stopped. */
export interface SpanRecorder {
  /** Those that have ended, in the order of their ends. */
  spans(): readonly RecordedSpan[];
  stop(): Promise<void>;
}

/** Sets OpenTelemetry up as the service does, with a memory in place of a collector. */
export function recordSpans(): SpanRecorder {
  const exporter = new tracing.InMemorySpanExporter();
  const sdk = new NodeSDK({
    spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  return {
    spans: () => exporter.getFinishedSpans(),
    async stop() {
      await sdk.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}
