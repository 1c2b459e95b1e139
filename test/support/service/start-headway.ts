import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { AdminService } from "../../../gen/es/headway/v1/admin_service_pb.js";
import { HeadwayService } from "../../../gen/es/headway/v1/headway_service_pb.js";
import { createApp } from "../../../src/app.ts";
import { checkConfig } from "../../../src/catalog/check-config.ts";
import { formatProblems } from "../../../src/config/problem.ts";
import { type Clock, SystemClock } from "../../../src/core/clock.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { callLogFields } from "../../../src/server/call-scope.ts";
import { startService } from "../../../src/server/service.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { createGrpcJsTransport } from "./grpc-js-transport.ts";

/** How a whole Headway is started. */
export interface HeadwayOptions {
  /** Text of the configuration file, without `storage`; `listen` is not looked at. */
  readonly config: string;
  /** File in which everything is kept. Default: nothing is kept. */
  readonly storagePath?: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Whether spans are made; the test registers who takes them. Default: false. */
  readonly tracing?: boolean;
  /** The text that ReloadConfig finds. Default: `config`. */
  readonly reread?: () => string;
}

/** A Headway with both its doors open, in this process. */
export interface Headway {
  /** Speaks gRPC with grpc-js. */
  readonly grpc: Client<typeof HeadwayService>;
  /** Speaks Connect with JSON over HTTP/1.1. */
  readonly connect: Client<typeof HeadwayService>;
  /** AdminService by the same ways. */
  readonly admin: Readonly<Record<"grpc" | "connect", Client<typeof AdminService>>>;
  /** `host:port` of the gRPC door. */
  readonly grpcAddress: string;
  /** `http://host:port` of the HTTP door. */
  readonly httpUrl: string;
  /** All that was logged, at every level. */
  logs(): string;
  /** Requests that wait and slots and calls that are open, of all pools together. */
  load(): Promise<{ readonly waiting: number; readonly reserved: number }>;
  /** Closes the doors, gives calls that run `graceMs` (default 0) to end, and stops everything. */
  close(graceMs?: number): Promise<void>;
}

const ANY_PORT = { host: "127.0.0.1", port: 0 };

/** Starts one on free ports. Throws with every problem when the configuration is wrong. */
export async function startHeadway(options: HeadwayOptions): Promise<Headway> {
  const { clock = new SystemClock(), storagePath = "memory", tracing = false } = options;
  const read = (text: string) =>
    checkConfig(`${text}\nstorage: {path: ${JSON.stringify(storagePath)}}\n`, {});
  const checked = read(options.config);
  if (checked.kind === "invalid") throw new Error(formatProblems(checked.problems));
  const { config, catalog, tree } = checked;
  const readConfig = () => read((options.reread ?? (() => options.config))());
  const lines: string[] = [];
  const logger = await createLogger({
    level: "trace",
    format: "json",
    fields: callLogFields,
    destination: { write: (line) => void lines.push(line) },
  });
  const app = await createApp({
    config,
    catalog,
    tree,
    readConfig,
    configFile: "started.yaml",
    clock,
    random: systemRandom,
    logger,
  });
  const service = await startService({
    services: app.services,
    metrics: app.metrics,
    unready: app.unready,
    clock,
    logger,
    listen: { ...config.listen, grpc: ANY_PORT, http: ANY_PORT },
    tenants: config.tenants,
    adminToken: config.adminToken,
    tracing,
    logRequests: true,
  });
  const grpcAddress = `127.0.0.1:${service.grpcAddress.port}`;
  const httpUrl = `http://127.0.0.1:${service.httpAddress.port}`;
  const transport = createGrpcJsTransport(grpcAddress);
  const grpc = createClient(HeadwayService, transport);
  const connectTransport = createConnectTransport({
    baseUrl: httpUrl,
    httpVersion: "1.1",
    useBinaryFormat: false,
  });
  return {
    grpc,
    connect: createClient(HeadwayService, connectTransport),
    admin: {
      grpc: createClient(AdminService, transport),
      connect: createClient(AdminService, connectTransport),
    },
    grpcAddress,
    httpUrl,
    logs: () => lines.join(""),
    async load() {
      const { pools } = await grpc.getUsage({});
      const reserved = pools.flatMap(({ limits }) => limits.map((limit) => Number(limit.reserved)));
      const waiting = pools.map(({ queueLength }) => Number(queueLength));
      return { waiting: sum(waiting), reserved: sum(reserved) };
    },
    async close(graceMs = 0) {
      app.drain();
      await service.close(graceMs);
      await app.close();
      transport.close();
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Both ways in, for tests that hold for each. */
export const DOORS = ["grpc", "connect"] as const satisfies readonly (keyof Headway)[];
