import type {
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Call } from "../core/call.ts";
import type { Refusal, RefusalReason } from "../core/refusal.ts";

/** What a handler knows of the RPC that it answers, whichever door it came through. */
export interface CallContext extends Call {
  /** The first value of a metadata key or header, asked for in lower case. Undefined: there is none. */
  metadata(name: string): string | undefined;
  /** W3C trace id, 32 hexadecimal digits. Undefined: no trace is made. */
  readonly traceId: string | undefined;
  /** The name of the request, told by the handler as soon as it is known; appears in log lines and the span. */
  requestId: string | undefined;
  /** Aborts when the server begins to shut down: calls that would go on for ever should come to an end. */
  readonly draining: AbortSignal;
  /** Counts a refusal that is one of many answers; one that ends the RPC is counted as it ends. */
  noteRefusal(reason: RefusalReason): void;
}

/**
 * Answers one request with one message.
 * @throws {RefusalError} for an expected "no"; anything else that is thrown is a defect and becomes INTERNAL.
 */
export type UnaryHandler<Request, Response> = (request: Request, context: CallContext) => Promise<Response>;

/** Answers one request with many messages; ends with an error status when it throws, as {@link UnaryHandler}. */
export type ServerStreamHandler<Request, Response> = (
  request: Request,
  context: CallContext,
) => AsyncIterable<Response>;

/** Where the answers on a stream of many requests go. */
export interface Outlet<Response> {
  /** Sends an answer. What the caller does not read yet is kept, and meanwhile no further requests come. */
  send(response: Response): void;
  /** Sends what the caller can do without: dropped while it reads so little that much is kept for it already. */
  offer(response: Response): void;
  /** Ends the stream well; what is sent afterwards is dropped. */
  end(): void;
  /** Ends the stream as a handler that throws. */
  fail(error: unknown): void;
}

/** What takes the requests on such a stream, one after the other. What its methods throw ends the stream. */
export interface Inlet<Request> {
  receive(request: Request): void;
  /** A request has come whose bytes are not a message. */
  receiveMalformed(refusal: Refusal): void;
  /** No more requests will come. Answers may still be sent, until the outlet is told to end. */
  close(): void;
}

/**
 * Answers many requests with many messages. Both ways go without a promise for each message, since one stream carries
 * tens of thousands a second. When the stream breaks the call's signal aborts, and nothing more comes or goes.
 */
export type BidiStreamHandler<Request, Response> = (
  outlet: Outlet<Response>,
  context: CallContext,
) => Inlet<Request>;

/** The handler that a method of a service needs. */
export type HandlerOf<Method extends DescMethod> =
  Method extends DescMethodUnary<infer Input, infer Output>
    ? UnaryHandler<MessageShape<Input>, MessageShape<Output>>
    : Method extends DescMethodServerStreaming<infer Input, infer Output>
      ? ServerStreamHandler<MessageShape<Input>, MessageShape<Output>>
      : Method extends DescMethodBiDiStreaming<infer Input, infer Output>
        ? BidiStreamHandler<MessageShape<Input>, MessageShape<Output>>
        : never;

/** Handlers for every method of a service, by their names in lower camel case. */
export type HandlersOf<Service extends DescService> = {
  readonly [Name in keyof Service["method"]]: HandlerOf<Service["method"][Name]>;
};

/** Handlers whose types have been checked where they were made; by service, as `headway.v1.HeadwayService`. */
export type HandlerTable = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
