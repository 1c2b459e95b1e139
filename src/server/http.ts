import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Address } from "../config/schema/network-kinds.ts";
import type { Clock } from "../core/clock.ts";
import { CODE_NUMBERS, DEADLINE_STATUS, RpcError } from "../rpc/status.ts";
import { answerMalformed, takeInstead } from "./answer-malformed.ts";
import { answerMetrics, type MetricsPage } from "./answer-metrics.ts";
import { applyCors } from "./cors.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { answerNothingThere, explainMisdirected } from "./explain-misdirected.ts";
import { giveWay } from "./give-way.ts";
import { leavingStatus } from "./leaving-status.ts";
import { ListenError } from "./listen-error.ts";
import { ServerCall } from "./server-call.ts";

/** What the HTTP door needs. */
export interface HttpDoorOptions {
  readonly address: Address;
  readonly services: readonly DescService[];
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** Larger requests are refused with RESOURCE_EXHAUSTED. */
  readonly maxMessageBytes: number;
  /** Whether callers must send a token; decides which web pages may call. */
  readonly needsToken: boolean;
  readonly metricsPage: MetricsPage;
}

/** The open HTTP door. */
export interface HttpDoor {
  /** Where it listens, with the port that was chosen. */
  readonly address: Address;
  /**
   * Has `/readyz` answer 503 and say why; undefined: it answers 200, as at first. `/healthz` answers 200 as long as the
   * process lives.
   */
  setUnready(why: string | undefined): void;
  /** Takes no further connections, and resolves when those it has are done. */
  close(): Promise<void>;
  /** Closes it at once; calls in progress are cut. */
  cut(): void;
}

/** Opens the door for Connect and gRPC-Web over HTTP/1.1, with `/healthz`, `/readyz` and `/metrics`. @throws {ListenError} */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  const { address, maxMessageBytes } = options;
  let unready: string | undefined;
  const adapter = connectNodeAdapter({
    routes: (router) => addRoutes(router, options),
    readMaxBytes: maxMessageBytes,
    // A misspelt max_cost_nano_usd must not become no bound at all.
    jsonOptions: { ignoreUnknownFields: false },
    // gRPC itself needs HTTP/2, and has a door of its own.
    grpc: false,
    fallback: answerNothingThere,
  });
  const server = createServer((request, response) => {
    if (answerProbe(request, response, unready)) return;
    if (answerMetrics(request, response, options.metricsPage)) return;
    if (applyCors(request, response, options)) return;
    adapter(request, response);
  });
  const port = await listen(server, address);
  return {
    address: { host: address.host, port },
    setUnready(why) {
      unready = why;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
    cut: () => server.closeAllConnections(),
  };
}

async function listen(server: Server, address: Address): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new ListenError("HTTP", address, error)));
    server.listen(address.port, address.host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function answerProbe(
  request: IncomingMessage,
  response: ServerResponse,
  unready: string | undefined,
): boolean {
  const path = request.url?.split("?", 1)[0];
  if (path !== "/healthz" && path !== "/readyz") return false;
  const isGood = path === "/healthz" || unready === undefined;
  response.writeHead(isGood ? 200 : 503, { "Content-Type": "text/plain" });
  response.end(isGood ? "ok\n" : `not ready: ${unready}\n`);
  return true;
}

function addRoutes(router: ConnectRouter, options: HttpDoorOptions): void {
  for (const service of options.services) {
    // Both sides talking at the same time needs HTTP/2, which browsers do not offer for this anyway.
    const methods = service.methods.filter(({ methodKind }) => methodKind !== "bidi_streaming");
    const implementation = Object.fromEntries(
      methods.map((method) => [method.localName, answer(method, options)]),
    );
    router.service(service, implementation as unknown as Partial<ServiceImpl<DescService>>);
  }
  const handlers = router.handlers.map((handler) =>
    explainMisdirected(answerMalformed(handler, options.maxMessageBytes)),
  );
  router.handlers.splice(0, router.handlers.length, ...handlers);
}

function answer(method: DescMethod, { dispatcher, clock }: HttpDoorOptions) {
  if (method.methodKind === "unary") {
    return async (request: Message, context: HandlerContext) => {
      try {
        const incoming = takeInstead(context.values) ?? request;
        return await dispatcher.unary(method, incoming, begin(context, clock));
      } catch (error) {
        throw toConnectError(error);
      }
    };
  }
  return async function* (request: Message, context: HandlerContext) {
    try {
      const incoming = takeInstead(context.values) ?? request;
      yield* giveWay(dispatcher.stream(method, incoming, begin(context, clock)));
    } catch (error) {
      throw toConnectError(error);
    }
  };
}

/** A call as the dispatcher wants it, which is aborted when the caller goes away or its deadline passes. */
function begin({ signal, timeoutMs, requestHeader }: HandlerContext, clock: Clock): ServerCall {
  const remainingMs = timeoutMs();
  const deadlineMs = remainingMs === undefined ? undefined : clock.monotonicMs() + remainingMs;
  const call = new ServerCall({
    deadlineMs,
    metadata: (name) => requestHeader.get(name) ?? undefined,
  });
  const abort = () => {
    const isLate = ConnectError.from(signal.reason).code === Code.DeadlineExceeded;
    call.abort(isLate ? DEADLINE_STATUS : leavingStatus(clock, deadlineMs));
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return call;
}

function toConnectError(error: unknown): ConnectError {
  if (!(error instanceof RpcError)) return new ConnectError("internal error", Code.Internal);
  const { code, message, details } = error.status;
  return new ConnectError(message, CODE_NUMBERS[code] as Code, undefined, [...details]);
}
