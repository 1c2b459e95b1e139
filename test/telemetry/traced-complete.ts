/** One Complete through the gRPC door with tracing set up; tells its parent process what came of it. */
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { trace } from "@opentelemetry/api";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import { SystemClock } from "../../src/core/clock.ts";
import { callLogFields } from "../../src/server/call-scope.ts";
import { startService } from "../../src/server/service.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { startTracing } from "../../src/telemetry/tracing.ts";
import { fakeResult, fakeServices, NO_METRICS } from "../server/fake-services.ts";

const lines: unknown[] = [];
const clock = new SystemClock();
const logger = await createLogger({
  level: "info",
  format: "json",
  fields: callLogFields,
  destination: { write: (line) => void lines.push(JSON.parse(line)) },
});
const endpoint = process.env.TEST_ENDPOINT || undefined;
const tracing = await startTracing({
  endpoint,
  langfuse: undefined,
  serviceName: "my-service",
  clock,
  logger,
});
const anyPort = { host: "127.0.0.1", port: 0 };
const service = await startService({
  services: fakeServices({
    completion: {
      ...fakeServices().completion,
      complete: async ({ requestId }) => {
        const span = trace.getTracer("test").startSpan("inner work");
        logger.info("at work");
        span.end();
        return fakeResult("answer", requestId);
      },
    },
  }),
  metrics: NO_METRICS,
  unready: () => undefined,
  clock,
  logger,
  listen: { grpc: anyPort, http: anyPort, maxMessageBytes: 1_000_000 },
  tenants: [],
  tracing: tracing.isOn,
  logRequests: false,
});
const baseUrl = `http://127.0.0.1:${service.grpcAddress.port}`;
const { traceId } = await createClient(HeadwayService, createGrpcTransport({ baseUrl })).complete(
  {
    requestId: "r1",
    messages: [{ role: Role.USER, parts: [{ part: { case: "text", value: "what I ask" } }] }],
  },
  { headers: { traceparent: process.env.TEST_TRACEPARENT ?? "" } },
);
await service.close(0);
await tracing.close(3_000);
process.send?.({ traceId, lines, isOn: tracing.isOn }, () => process.exit());
