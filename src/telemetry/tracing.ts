import type { tracing } from "@opentelemetry/sdk-node";
import type { Logger } from "pino";
import type { LangfuseConfig } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error-text.ts";

/** What tracing needs. */
export interface TracingOptions {
  /** Address of an OTLP collector that speaks gRPC, as `http://127.0.0.1:4317`. Undefined: spans go to none. */
  readonly endpoint: string | undefined;
  /** Where attempts are sent besides. Undefined: nowhere. */
  readonly langfuse: LangfuseConfig | undefined;
  /** Name of this service in spans. */
  readonly serviceName: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Spans, or their absence. */
export interface Tracing {
  /** Whether spans are made and sent. */
  readonly isOn: boolean;
  /** Sends what is left, for at most `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** Spans that wait for Langfuse at most; more are lost while it is slow or away. */
const MOST_WAITING_SPANS = 16_384;
/** A collector that is away is away for a while: one line in so long is enough. */
const COMPLAINT_INTERVAL_MS = 60_000;

const OFF: Tracing = { isOn: false, close: async () => {} };

/**
 * Sets OpenTelemetry up for the process: spans in batches over OTLP, W3C trace contexts, and everything else as the
 * standard `OTEL_*` variables say. Without an endpoint and without Langfuse, or with OTEL_SDK_DISABLED, nothing is
 * loaded and spans cost nothing. A collector that cannot be reached costs spans, never a request.
 */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { endpoint, langfuse, serviceName, clock, logger } = options;
  const isDisabled = process.env.OTEL_SDK_DISABLED?.toLowerCase() === "true";
  if ((endpoint === undefined && langfuse === undefined) || isDisabled) return OFF;
  const { NodeSDK, core, resources } = await import("@opentelemetry/sdk-node");
  const complain = complainSometimes({ endpoint }, clock, logger);
  core.setGlobalErrorHandler(complain);
  const sdk = new NodeSDK({
    serviceName,
    spanProcessors: [
      ...(endpoint === undefined ? [] : [await toCollector(endpoint)]),
      ...(langfuse === undefined ? [] : [await toLangfuse(langfuse, clock, logger)]),
    ],
    // Host and process detectors would publish user names and command lines.
    resourceDetectors: [resources.envDetector],
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  return {
    isOn: true,
    async close(timeoutMs) {
      const closed = sdk.shutdown().catch(complain);
      await Promise.race([closed, elapsed(clock, timeoutMs)]);
    },
  };
}

async function toCollector(endpoint: string): Promise<tracing.SpanProcessor> {
  const [{ tracing }, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/exporter-trace-otlp-grpc"),
  ]);
  return new tracing.BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint }));
}

async function toLangfuse(
  config: LangfuseConfig,
  clock: Clock,
  logger: Logger,
): Promise<tracing.SpanProcessor> {
  const [{ tracing }, { AttemptsOnly }, { LangfuseExporter }] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("./attempts-only.ts"),
    import("./langfuse-exporter.ts"),
  ]);
  const onLost = complainSometimes({ langfuse: config.host }, clock, logger);
  const exporter = new LangfuseExporter({ config, clock, onLost });
  return new AttemptsOnly(new tracing.BatchSpanProcessor(exporter, { maxQueueSize: MOST_WAITING_SPANS }));
}

function complainSometimes(
  target: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  logger: Logger,
): (error: unknown) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    const nowMs = clock.monotonicMs();
    if (nowMs < quietUntilMs) return;
    quietUntilMs = nowMs + COMPLAINT_INTERVAL_MS;
    logger.warn(
      { ...target, cause: errorText(error) },
      "spans cannot be sent and are lost; is the collector running?",
    );
  };
}

function elapsed(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(durationMs, resolve);
  });
}
