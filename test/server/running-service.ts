import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import { SystemClock } from "../../src/core/clock.ts";
import type { Services } from "../../src/rpc/services.ts";
import { type RunningService, type ServiceOptions, startService } from "../../src/server/service.ts";
import { fakeServices, NO_METRICS } from "./fake-services.ts";

export const ANY_PORT = { host: "127.0.0.1", port: 0 };

/** Both doors around fakes, on free ports; closed when the test is over. */
export async function startFakeService(
  changes: Partial<Services> = {},
  options: Partial<ServiceOptions> = {},
): Promise<RunningService & { readonly grpcUrl: string; readonly httpUrl: string }> {
  const service = await startService({
    services: fakeServices(changes),
    metrics: NO_METRICS,
    unready: () => undefined,
    clock: new SystemClock(),
    logger: pino({ level: "silent" }),
    listen: { grpc: ANY_PORT, http: ANY_PORT, maxMessageBytes: 1_048_576 },
    tenants: [],
    tracing: false,
    logRequests: false,
    ...options,
  });
  onTestFinished(() => service.close(0));
  return {
    ...service,
    grpcUrl: `http://127.0.0.1:${service.grpcAddress.port}`,
    httpUrl: `http://127.0.0.1:${service.httpAddress.port}`,
  };
}

type Urls = { readonly grpcUrl: string; readonly httpUrl: string };

/** A client for each way in. */
export const DOORS = [
  {
    door: "gRPC",
    client: ({ grpcUrl }: Urls) => createClient(HeadwayService, createGrpcTransport({ baseUrl: grpcUrl })),
  },
  {
    door: "Connect with JSON",
    client: ({ httpUrl }: Urls) =>
      createClient(
        HeadwayService,
        createConnectTransport({ baseUrl: httpUrl, httpVersion: "1.1", useBinaryFormat: false }),
      ),
  },
  {
    door: "gRPC-Web",
    client: ({ httpUrl }: Urls) =>
      createClient(HeadwayService, createGrpcWebTransport({ baseUrl: httpUrl, httpVersion: "1.1" })),
  },
] as const;
