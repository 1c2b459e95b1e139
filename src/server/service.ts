import type { Logger } from "pino";
import type { Address } from "../config/schema/network-kinds.ts";
import type { Clock } from "../core/clock.ts";
import type { Secret } from "../core/secret.ts";
import { sleep } from "../core/sleep.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import { createAdminAuthenticate, createAuthenticate, type TenantToken } from "../rpc/authenticate.ts";
import { createHandlers, SERVICES } from "../rpc/handlers.ts";
import type { Services } from "../rpc/services.ts";
import { Dispatcher } from "./dispatcher.ts";
import { openGrpcDoor } from "./grpc.ts";
import { openHttpDoor } from "./http.ts";

/** What the running service is made of. */
export interface ServiceOptions {
  readonly services: Services;
  readonly metrics: Pick<ServiceMetrics, "scrape" | "noteRefusal">;
  /** Why new calls had better go to another server, for people. Undefined: they are taken. */
  readonly unready: () => string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listen: { readonly grpc: Address; readonly http: Address; readonly maxMessageBytes: number };
  readonly tenants: readonly TenantToken[];
  /** Undefined: AdminService refuses every call. */
  readonly adminToken?: Secret | undefined;
  /** Whether spans are made. */
  readonly tracing: boolean;
  /** Whether each RPC is logged at the level info, and not only at debug. */
  readonly logRequests: boolean;
}

/** The service with both doors open. */
export interface RunningService {
  readonly grpcAddress: Address;
  readonly httpAddress: Address;
  /**
   * Closes the doors: from now on it says that it is not ready and refuses new calls, gives those that run
   * `graceMs` to end, then stops them.
   */
  close(graceMs: number): Promise<void>;
}

/** How often it is looked whether new calls are taken. */
const LOOK_EVERY_MS = 1_000;
/** How long calls that were stopped may take to answer before their connections are cut. */
const STOP_MS = 500;

/** Opens both doors, or none. @throws {ListenError} */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { services, clock, listen, logger, metrics, tenants } = options;
  const authenticateAdmin = createAdminAuthenticate(options.adminToken, tenants);
  const dispatcher = new Dispatcher({
    ...options,
    handlers: createHandlers(services, clock),
    authenticate: createAuthenticate(tenants),
    authenticateAdmin,
    onRefusal: (method, reason) => metrics.noteRefusal(method, reason),
  });
  const { maxMessageBytes } = listen;
  const shared = { services: SERVICES, dispatcher, clock, maxMessageBytes };
  const grpc = await openGrpcDoor({ ...shared, address: listen.grpc });
  const needsToken = tenants.length > 0;
  const metricsPage = { metrics, logger, authenticate: needsToken ? authenticateAdmin : undefined };
  const http = await openHttpDoor({ ...shared, address: listen.http, needsToken, metricsPage }).catch(
    (error: unknown) => {
      grpc.cut();
      throw error;
    },
  );
  const closing = new AbortController();
  const tell = (why: string | undefined): void => {
    for (const door of [grpc, http]) door.setUnready(why);
  };
  void followReadiness(options, tell, closing.signal);
  return {
    grpcAddress: grpc.address,
    httpAddress: http.address,
    async close(graceMs) {
      closing.abort();
      tell("the server is shutting down");
      await drain(dispatcher, clock, graceMs);
      // The last answers are still on their way to the sockets.
      await Promise.race([Promise.all([grpc.close(), http.close()]), elapsed(clock, STOP_MS)]);
      grpc.cut();
      http.cut();
    },
  };
}

/** Tells the doors whenever it changes whether new calls are taken, until the service closes. */
async function followReadiness(
  { clock, unready }: ServiceOptions,
  tell: (why: string | undefined) => void,
  closing: AbortSignal,
): Promise<void> {
  let told: string | undefined;
  while (!closing.aborted) {
    const why = unready();
    if (why !== told) tell(why);
    told = why;
    await sleep(clock, LOOK_EVERY_MS, closing);
  }
}

async function drain(dispatcher: Dispatcher, clock: Clock, graceMs: number): Promise<void> {
  const idle = dispatcher.drain();
  await Promise.race([idle, elapsed(clock, graceMs)]);
  if (dispatcher.runningCount === 0) return;
  dispatcher.abortAll();
  await Promise.race([idle, elapsed(clock, STOP_MS)]);
}

function elapsed(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(durationMs, resolve);
  });
}
