import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ConnectError, type StreamResponse, type Transport, type UnaryResponse } from "@connectrpc/connect";
import {
  type CallOptions,
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { StatusSchema } from "../../../src/rpc/google-rpc.ts";

/** A Connect transport that speaks gRPC with grpc-js, as most Node programs do. */
export type GrpcJsTransport = Transport & {
  /** Closes the connection; calls in progress are cut. */
  close(): void;
};

/** Calls of the server at `host:port`: unary ones and those that answer with a stream. */
export function createGrpcJsTransport(address: string): GrpcJsTransport {
  const client = new Client(address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    // Channels to one address share their connection otherwise, also with tests that ran before.
    "grpc.use_local_subchannel_pool": 1,
  });
  return {
    close: () => client.close(),
    unary: (method, signal, timeoutMs, header, input) =>
      callUnary(client, method, { signal, timeoutMs, header }, input),
    stream: (method, signal, timeoutMs, header, input) =>
      callStream(client, method, { signal, timeoutMs, header }, input),
  };
}

interface Options {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly header: ConstructorParameters<typeof Headers>[0];
}

function callUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodUnary<I, O>,
  options: Options,
  input: MessageInitShape<I>,
): Promise<UnaryResponse<I, O>> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest<MessageInitShape<I>, MessageShape<O>>(
      pathOf(method),
      writer(method.input),
      reader(method.output),
      input,
      metadataOf(options),
      callOptionsOf(options),
      (error, message) => {
        options.signal?.removeEventListener("abort", cancel);
        if (error === null) resolve({ ...envelope(method), stream: false, message: message! });
        else reject(toConnectError(error));
      },
    );
    const cancel = () => call.cancel();
    options.signal?.addEventListener("abort", cancel, { once: true });
    if (options.signal?.aborted) cancel();
  });
}

async function callStream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodStreaming<I, O>,
  options: Options,
  input: AsyncIterable<MessageInitShape<I>>,
): Promise<StreamResponse<I, O>> {
  if (method.methodKind !== "server_streaming") throw new Error(`${method.methodKind} is not needed here`);
  const request = await firstOf(input);
  const call = client.makeServerStreamRequest<MessageInitShape<I>, MessageShape<O>>(
    pathOf(method),
    writer(method.input),
    reader(method.output),
    request,
    metadataOf(options),
    callOptionsOf(options),
  );
  const cancel = () => call.cancel();
  options.signal?.addEventListener("abort", cancel, { once: true });
  if (options.signal?.aborted) cancel();
  return { ...envelope(method), stream: true, message: readAll(call) };
}

async function* readAll<Answer>(call: ClientReadableStream<Answer>): AsyncGenerator<Answer> {
  let isAtEnd = false;
  try {
    for await (const message of call) yield message as Answer;
    isAtEnd = true;
  } catch (error) {
    isAtEnd = true;
    throw toConnectError(error as ServiceError);
  } finally {
    if (!isAtEnd) call.cancel();
  }
}

async function firstOf<Value>(values: AsyncIterable<Value>): Promise<Value> {
  for await (const value of values) return value;
  throw new Error("there is no request");
}

function envelope<I extends DescMessage, O extends DescMessage>(
  method: DescMethod & { readonly input: I; readonly output: O },
) {
  const none = new Headers();
  return { service: method.parent, method: method as never, header: none, trailer: none };
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function writer<Desc extends DescMessage>(desc: Desc): (value: MessageInitShape<Desc>) => Buffer {
  return (value) => Buffer.from(toBinary(desc, create(desc, value)));
}

function reader<Desc extends DescMessage>(desc: Desc): (bytes: Buffer) => MessageShape<Desc> {
  return (bytes) => fromBinary(desc, bytes);
}

function metadataOf({ header }: Options): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of new Headers(header)) metadata.set(name, value);
  return metadata;
}

function callOptionsOf({ timeoutMs }: Options): CallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

/** A status as Connect's clients tell it, with the details that came in the trailers. */
function toConnectError(error: ServiceError): ConnectError {
  const failure = new ConnectError(error.details, error.code as number);
  const [encoded] = error.metadata.get("grpc-status-details-bin");
  if (encoded === undefined) return failure;
  const { details } = fromBinary(StatusSchema, encoded as Buffer);
  failure.details = details.map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value,
  }));
  return failure;
}
