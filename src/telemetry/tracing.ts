import type { Logger } from "pino";
import type { Clock } from "../core/clock.ts";

/** What tracing needs. */
export interface TracingOptions {
  /** Address of an OTLP collector that speaks gRPC, as `http://127.0.0.1:4317`. Undefined: no spans are made. */
  readonly endpoint: string | undefined;
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

/** A collector that is away is away for a while: one line in so long is enough. */
const COMPLAINT_INTERVAL_MS = 60_000;

const OFF: Tracing = { isOn: false, close: async () => {} };

/**
 * Sets OpenTelemetry up for the process: spans in batches over OTLP, W3C trace contexts, and everything else as the
 * standard `OTEL_*` variables say. Without an endpoint, or with OTEL_SDK_DISABLED, nothing is loaded and spans cost
 * nothing. A collector that cannot be reached costs spans, never a request.
 */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { endpoint, serviceName, clock, logger } = options;
  if (endpoint === undefined || process.env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return OFF;
  const [{ NodeSDK, core, resources }, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/exporter-trace-otlp-grpc"),
  ]);
  const complain = complainSometimes(endpoint, clock, logger);
  core.setGlobalErrorHandler(complain);
  const sdk = new NodeSDK({
    serviceName,
    traceExporter: new OTLPTraceExporter({ url: endpoint }),
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

function complainSometimes(endpoint: string, clock: Clock, logger: Logger): (error: unknown) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    const nowMs = clock.monotonicMs();
    if (nowMs < quietUntilMs) return;
    quietUntilMs = nowMs + COMPLAINT_INTERVAL_MS;
    const cause = error instanceof Error ? error.message : String(error);
    logger.warn({ endpoint, cause }, "spans cannot be sent and are lost; is the collector running?");
  };
}

function elapsed(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(durationMs, resolve);
  });
}
