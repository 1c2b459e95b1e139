import type { EventEmitter } from "node:events";
import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import {
  logVerbosity,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  setLogVerbosity,
} from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { Address } from "../config/schema/network-kinds.ts";
import type { Clock } from "../core/clock.ts";
import { CODE_NUMBERS, encodeStatus, RpcError } from "../rpc/status.ts";
import type { Dispatcher, FarSide } from "./dispatcher.ts";
import { type GrpcMethod, grpcServiceDefinition } from "./grpc-definition.ts";
import { leavingStatus } from "./leaving-status.ts";
import { ListenError } from "./listen-error.ts";
import { MalformedRequest } from "./malformed-request.ts";
import { addReflection } from "./reflection.ts";
import { ServerCall } from "./server-call.ts";
import { writeAhead } from "./write-ahead.ts";

/** What the gRPC door needs. */
export interface GrpcDoorOptions {
  readonly address: Address;
  readonly services: readonly DescService[];
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** Larger requests are refused with RESOURCE_EXHAUSTED. */
  readonly maxMessageBytes: number;
}

/** The open gRPC door. */
export interface GrpcDoor {
  /** Where it listens, with the port that was chosen. */
  readonly address: Address;
  /** Has the health service say NOT_SERVING; undefined: it says SERVING, as at first. */
  setUnready(why: string | undefined): void;
  /** Takes no further connections, and resolves when those it has are done. */
  close(): Promise<void>;
  /** Closes it at once; calls in progress are cut. */
  cut(): void;
}

type Incoming = Message | MalformedRequest;

/** What all kinds of calls have. */
interface AnyCall {
  readonly metadata: Metadata;
  getDeadline(): Date | number;
  on(event: "cancelled", listener: () => void): unknown;
}

const KEEPALIVE_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;

/** Answers that are kept for a session that does not read them, before it is told no more of what it can do without. */
const MOST_UNREAD = 10_000;

/** Opens the door for gRPC over HTTP/2, with health and reflection. @throws {ListenError} */
export async function openGrpcDoor(options: GrpcDoorOptions): Promise<GrpcDoor> {
  const { address, services } = options;
  // What it writes to standard error on its own comes to us as errors, too.
  if (process.env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    "grpc.max_receive_message_length": options.maxMessageBytes,
    "grpc.max_send_message_length": -1,
    // Callers wait for minutes without a byte; pings tell those that are gone, and keep the path open.
    "grpc.keepalive_time_ms": KEEPALIVE_MS,
    "grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
    "grpc.enable_channelz": 0,
    interceptors: [writeAhead],
  });
  for (const service of services) {
    const definition = grpcServiceDefinition(service);
    const implementation = Object.fromEntries(
      Object.entries(definition).map(([name, method]) => [name, answer(method, options)]),
    );
    server.addService(definition, implementation);
  }
  const names = ["", ...services.map(({ typeName }) => typeName)];
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, "SERVING"])));
  health.addToServer(server);
  addReflection(server, services);
  const port = await bind(server, address);
  return {
    address: { host: address.host, port },
    setUnready(why) {
      for (const name of names) health.setStatus(name, why === undefined ? "SERVING" : "NOT_SERVING");
    },
    close: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
    cut: () => server.forceShutdown(),
  };
}

async function bind(server: Server, address: Address): Promise<number> {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return await new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${address.port}`, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(new ListenError("gRPC", address, error));
    });
  });
}

function answer(method: GrpcMethod, options: GrpcDoorOptions) {
  const { desc } = method;
  if (desc.methodKind === "unary") {
    return (call: ServerUnaryCall<Incoming, Message>, callback: sendUnaryData<Message>) => {
      options.dispatcher.unary(desc, call.request, begin(call, options.clock)).then(
        (response) => callback(null, response),
        (error: unknown) => callback(toServiceError(error)),
      );
    };
  }
  if (desc.methodKind === "server_streaming") {
    return (call: ServerWritableStream<Incoming, Message>) => answerStream(desc, call, options);
  }
  return (call: ServerDuplexStream<Incoming, Message>) => converse(desc, call, options);
}

async function answerStream(
  desc: DescMethod,
  call: ServerWritableStream<Incoming, Message>,
  { dispatcher, clock }: GrpcDoorOptions,
): Promise<void> {
  const serverCall = beginStream(call, clock);
  try {
    for await (const response of dispatcher.stream(desc, call.request, serverCall)) {
      if (call.cancelled) return;
      if (!call.write(response)) await drained(call, serverCall.signal);
    }
    call.end();
  } catch (error) {
    call.emit("error", toServiceError(error));
  }
}

/** Hands requests on as they come, and reads no more of them while the caller does not read its answers. */
function converse(
  desc: DescMethod,
  call: ServerDuplexStream<Incoming, Message>,
  { dispatcher, clock }: GrpcDoorOptions,
): void {
  const send = (message: Message): void => {
    if (!call.write(message)) call.pause();
  };
  const far: FarSide = {
    send,
    offer(message) {
      if (call.writableLength < MOST_UNREAD) send(message);
    },
    end(status) {
      if (status === undefined) call.end();
      else call.emit("error", toServiceError(new RpcError(status)));
    },
  };
  const inlet = dispatcher.converse(desc, far, beginStream(call, clock));
  if (inlet === undefined) return;
  call.on("drain", () => call.resume());
  call.on("end", () => inlet.close());
  call.on("data", (request: Incoming) => {
    if (request instanceof MalformedRequest) inlet.receiveMalformed(request.refusal);
    else inlet.receive(request);
  });
}

/** A call as the dispatcher wants it, which is aborted when the caller goes away or its deadline passes. */
function begin(call: AnyCall, clock: Clock): ServerCall {
  const deadline = call.getDeadline();
  const deadlineWallMs = deadline instanceof Date ? deadline.getTime() : deadline;
  const deadlineMs = Number.isFinite(deadlineWallMs)
    ? clock.monotonicMs() + deadlineWallMs - clock.wallMs()
    : undefined;
  const serverCall = new ServerCall({
    deadlineMs,
    metadata: (name) => call.metadata.get(name)[0]?.toString(),
  });
  call.on("cancelled", () => serverCall.abort(leavingStatus(clock, deadlineMs)));
  return serverCall;
}

/** The same for answers that are a stream: grpc-js tells nobody of a deadline that passes while the caller does not read. */
function beginStream(call: AnyCall, clock: Clock): ServerCall {
  const serverCall = begin(call, clock);
  serverCall.endAtDeadline(clock);
  return serverCall;
}

/** Resolves when the caller has read enough, or will read no more, or is waited for no more. */
async function drained(call: EventEmitter, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const proceed = () => {
      call.off("drain", proceed).off("close", proceed);
      signal.removeEventListener("abort", proceed);
      resolve();
    };
    call.on("drain", proceed).on("close", proceed);
    signal.addEventListener("abort", proceed);
  });
}

function toServiceError(error: unknown) {
  if (!(error instanceof RpcError)) return { code: CODE_NUMBERS.INTERNAL, details: "internal error" };
  const { status } = error;
  const metadata = new Metadata();
  if (status.details.length > 0) metadata.set("grpc-status-details-bin", Buffer.from(encodeStatus(status)));
  return { code: CODE_NUMBERS[status.code], details: status.message, metadata };
}
