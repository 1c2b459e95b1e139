import { setTimeout as sleep } from "node:timers/promises";
import { startChildServer } from "./child-server.ts";
import { missingReason, partPath, type RealPart, skipReason } from "./installed-part.ts";
import type { JaegerTrace } from "./jaeger-trace.ts";

const jaegerPart: RealPart = { folder: "jaeger", pinsFile: "go.mod" };

const startTimeoutMs = 120_000;
const findTimeoutMs = 60_000;
const findIntervalMs = 100;

/** The servers of Jaeger; the system picks their ports, and Jaeger logs the ones it got. */
const servers = [
  "collector.otlp.grpc",
  "collector.otlp.http",
  "collector.grpc-server",
  "collector.http-server",
  "query.http-server",
  "admin.http",
];

/** A Jaeger that runs on this machine and keeps traces in memory. */
export interface Jaeger {
  /** Where it takes spans by OTLP over gRPC: `http://127.0.0.1:<port>`. */
  readonly otlpEndpoint: string;
  /** Where it answers queries over HTTP: `http://127.0.0.1:<port>`, without `/api`. */
  readonly queryUrl: string;
  /**
   * Waits until a trace is stored and gives it. Exporters send the spans of one trace in several batches: give
   * `minimumSpans` (default 1) to wait until that many are there. Throws after a minute, saying what was found.
   */
  findTrace(traceId: string, minimumSpans?: number): Promise<JaegerTrace>;
  /** All that it has written so far. */
  logs(): string;
  /** Ends it; its traces are gone. */
  stop(): Promise<void>;
}

/** Why tests with Jaeger are skipped on this machine; undefined when they run, and always with `CI=true`. */
export const jaegerMissing: string | undefined = skipReason(jaegerPart);

/** Starts a Jaeger without any trace. Throws if it is not installed. */
export async function startJaeger(): Promise<Jaeger> {
  const reason = missingReason(jaegerPart);
  if (reason !== undefined) throw new Error(reason);
  const server = await startChildServer({
    command: partPath(jaegerPart, "jaeger"),
    arguments: [
      ...servers.map((name) => `--${name}.host-port=127.0.0.1:0`),
      // Jaeger refuses two query servers with equal ports, also when both are 0; an empty port means the same.
      "--query.grpc-server.host-port=127.0.0.1:",
    ],
    // Jaeger would trace itself, into an OTLP port that nobody listens on.
    environment: { SPAN_STORAGE_TYPE: "memory", OTEL_TRACES_SAMPLER: "always_off" },
    startedPatterns: [
      /"Starting GRPC server","endpoint":"(127\.0\.0\.1:\d+)"/,
      /"Query server started","http_addr":"(127\.0\.0\.1:\d+)"/,
      /"Health Check state change","status":"ready"/,
    ],
    startTimeoutMs,
  });
  const queryUrl = `http://${server.startedMatches[1]![1]!}`;
  return {
    otlpEndpoint: `http://${server.startedMatches[0]![1]!}`,
    queryUrl,
    findTrace: (traceId, minimumSpans = 1) => findTrace(queryUrl, traceId, minimumSpans),
    logs: server.logs,
    stop: server.stop,
  };
}

async function findTrace(queryUrl: string, traceId: string, minimumSpans: number): Promise<JaegerTrace> {
  const deadline = AbortSignal.timeout(findTimeoutMs);
  let found: JaegerTrace | undefined;
  while (!deadline.aborted) {
    found = await readTrace(queryUrl, traceId);
    if (found !== undefined && found.spans.length >= minimumSpans) return found;
    await sleep(findIntervalMs);
  }
  const names = found?.spans.map((span) => span.operationName).join(", ") ?? "none";
  throw new Error(
    `trace ${traceId}: ${minimumSpans} spans expected within ${findTimeoutMs} ms, stored: ${names}`,
  );
}

async function readTrace(queryUrl: string, traceId: string): Promise<JaegerTrace | undefined> {
  const response = await fetch(`${queryUrl}/api/traces/${traceId}`, {
    signal: AbortSignal.timeout(findTimeoutMs),
  });
  const body = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`Jaeger answered ${response.status}: ${body}`);
  return (JSON.parse(body) as { data: JaegerTrace[] }).data[0];
}
