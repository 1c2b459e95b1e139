import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { context, propagation } from "@opentelemetry/api";
import { HoldSlotsResponseSchema } from "./gen/hold_slots_pb.js";
import { HeadwayService } from "./gen/headway_service_pb.js";
import { HeadwayError } from "./headway-error.ts";
import type { HoldSlotsCall } from "./slot-stream.ts";

/** Where Headway is, and who calls. */
export interface HeadwayOptions {
  /** `host:port` of the gRPC door. Default: the variable `HEADWAY_ADDRESS`, else `127.0.0.1:50051`. */
  readonly address?: string;
  /** The tenant's token. Default: the variable `HEADWAY_TOKEN`, else none is sent. */
  readonly token?: string;
  /** TLS: true, or with certificates of one's own. Default: plain text. */
  readonly tls?: boolean | TlsOptions;
  /** Pings an idle connection this often, so that a dead one is noticed. Default 30,000; 0: never. */
  readonly keepAliveMs?: number;
}

/** Certificates and keys in PEM. */
export interface TlsOptions {
  /** Authorities to trust. Default: those of Node. */
  readonly rootCertificates?: Buffer;
  /** The client's own key and chain, where the server wants them. */
  readonly privateKey?: Buffer;
  readonly certificateChain?: Buffer;
}

/** Settings of one call. */
export interface CallOptions {
  /** Gives the call up: it rejects with the signal's reason, and whatever waits in Headway leaves the queue. */
  readonly signal?: AbortSignal | undefined;
  /** The most time the call may take. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

type Unary = DescMethod & { methodKind: "unary" };
type ServerStreaming = DescMethod & { methodKind: "server_streaming" };

const SERVICE = "headway.v1.HeadwayService";

/** Calls that do no harm when they are made twice are made again when the connection breaks. */
const SERVICE_CONFIG = JSON.stringify({
  methodConfig: [
    {
      name: [
        "SettleSlot",
        "ReleaseSlot",
        "RenewSlot",
        "GetUsage",
        "ListModels",
        "EstimateTokens",
        "PlanComplete",
      ].map((method) => ({ service: SERVICE, method })),
      retryPolicy: {
        maxAttempts: 5,
        initialBackoff: "0.1s",
        maxBackoff: "2s",
        backoffMultiplier: 2,
        retryableStatusCodes: ["UNAVAILABLE"],
      },
    },
  ],
});

/** One HTTP/2 connection, made at the first call and again when it breaks. */
export class Connection implements Disposable {
  readonly #client: Client;
  readonly #token: string | undefined;

  constructor(options: HeadwayOptions) {
    const { tls = false, keepAliveMs = 30_000 } = options;
    this.#token = options.token ?? process.env["HEADWAY_TOKEN"];
    this.#client = new Client(
      options.address ?? process.env["HEADWAY_ADDRESS"] ?? "127.0.0.1:50051",
      tls === false ? credentials.createInsecure() : secure(tls === true ? {} : tls),
      {
        "grpc.service_config": SERVICE_CONFIG,
        "grpc.max_receive_message_length": -1,
        // Nobody asks for its statistics, and they cost time with each call.
        "grpc.enable_channelz": 0,
        // grpc-js waits up to two minutes otherwise, long after a restarted server is back.
        "grpc.max_reconnect_backoff_ms": 2_000,
        "grpc.initial_reconnect_backoff_ms": 100,
        ...(keepAliveMs > 0 && {
          "grpc.keepalive_time_ms": keepAliveMs,
          "grpc.keepalive_timeout_ms": 10_000,
        }),
      },
    );
  }

  /** @throws {HeadwayError} */
  async unary<M extends Unary>(
    method: M,
    request: MessageInitShape<M["input"]>,
    { signal, timeoutMs }: CallOptions = {},
  ): Promise<MessageShape<M["output"]>> {
    signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const abort = () => call.cancel();
      const call = this.#client.makeUnaryRequest(
        pathOf(method),
        serializer(method.input),
        deserializer(method.output),
        create(method.input as DescMessage, request),
        this.#metadata(),
        { ...(timeoutMs !== undefined && { deadline: Date.now() + timeoutMs }) },
        (error, response) => {
          signal?.removeEventListener("abort", abort);
          if (error === null) resolve(response as MessageShape<M["output"]>);
          else reject(signal?.aborted ? signal.reason : HeadwayError.from(error));
        },
      );
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Leaving the loop over it early cancels the call. @throws {HeadwayError} */
  async *serverStream<M extends ServerStreaming>(
    method: M,
    request: MessageInitShape<M["input"]>,
    { signal, timeoutMs }: CallOptions = {},
  ): AsyncGenerator<MessageShape<M["output"]>, void, undefined> {
    signal?.throwIfAborted();
    const call = this.#client.makeServerStreamRequest(
      pathOf(method),
      serializer(method.input),
      deserializer(method.output),
      create(method.input as DescMessage, request),
      this.#metadata(),
      { ...(timeoutMs !== undefined && { deadline: Date.now() + timeoutMs }) },
    );
    const abort = () => call.cancel();
    signal?.addEventListener("abort", abort, { once: true });
    // A call that is cancelled after the loop was left has nobody to tell of it.
    call.on("error", () => {});
    try {
      for await (const response of call) yield response as MessageShape<M["output"]>;
    } catch (error) {
      throw signal?.aborted ? signal.reason : HeadwayError.from(error as ServiceError);
    } finally {
      signal?.removeEventListener("abort", abort);
      call.cancel();
    }
  }

  /** Opens a stream of requests about slots. */
  holdSlots(): HoldSlotsCall {
    return this.#client.makeBidiStreamRequest(
      pathOf(HeadwayService.method.holdSlots),
      (message: Buffer) => message,
      deserializer(HoldSlotsResponseSchema),
      this.#metadata(),
    ) as HoldSlotsCall;
  }

  /** Calls in progress come to their end, if the connection lasts until then. */
  [Symbol.dispose](): void {
    this.#client.close();
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    if (this.#token !== undefined) metadata.set("authorization", `Bearer ${this.#token}`);
    propagation.inject(context.active(), metadata, { set: (carrier, key, value) => carrier.set(key, value) });
    return metadata;
  }
}

function secure({
  rootCertificates = null,
  privateKey = null,
  certificateChain = null,
}: Nullable<TlsOptions>) {
  return credentials.createSsl(rootCertificates, privateKey, certificateChain);
}

type Nullable<T> = { [K in keyof T]?: T[K] | null };

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function serializer(desc: DescMessage) {
  return (message: MessageShape<DescMessage>) => Buffer.from(toBinary(desc, message));
}

function deserializer(desc: DescMessage) {
  return (bytes: Uint8Array) => fromBinary(desc, bytes);
}
