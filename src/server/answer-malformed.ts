import type { Message } from "@bufbuild/protobuf";
import { type ContextValues, createContextKey, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerRequest } from "@connectrpc/connect/protocol";
import { jsonWayOut } from "./json-way-out.ts";
import { MalformedRequest } from "./malformed-request.ts";
import { readLargeRequest } from "./read-large-request.ts";
import { isEnveloped } from "./unpack-messages.ts";
import { bodyOf, wrapHandler } from "./wrap-handler.ts";

/** What is known of a request besides its message. */
interface Visit {
  /** It has come as far as our own code. */
  isReached: boolean;
  /** What is to be handled in the place of the library's message, which is empty then. Undefined: the library's. */
  readonly instead: Message | MalformedRequest | undefined;
}

const VISIT = createContextKey<Visit | undefined>(undefined, { description: "headway visit" });

/** How the library begins what it says of such bytes. */
const BINARY_ERROR = /^parse binary:/;
const JSON_ERROR = /^cannot decode .+ from JSON:/;
/** Where Connect and gRPC-Web write what is said: as a JSON string, and percent-encoded. */
const CONNECT_MESSAGE = /"message":("(?:[^"\\]|\\.)*")/;
const GRPC_MESSAGE = /grpc-message: ?([^\r\n]*)/i;
const MAX_EXPLANATION_CHARS = 300;
/** Flags, and the length of the message. */
const ENVELOPE_HEAD_BYTES = 5;
const JSON_TYPE = /^application\/(?:\S+\+)?json/i;
/** Headers that say how a body is compressed; an empty one is not. */
const ENCODING_HEADERS = ["content-encoding", "connect-content-encoding", "grpc-encoding", "content-length"];

/**
 * Brings requests whose bytes are no message, and large ones, to the handler by a way of their own: it finds them with
 * {@link takeInstead}, while the library sees an empty message. What it cannot read the library answers itself, without a
 * reason and for bytes with INTERNAL although it is the caller who is wrong, before an interceptor could see it.
 */
export function answerMalformed(handler: UniversalHandler, maxMessageBytes: number): UniversalHandler {
  return wrapHandler(handler, async (asked) => {
    const { request, message } = await readLargeRequest(asked, handler.method, maxMessageBytes);
    if (message !== undefined) return await handler(emptied(asked, { isReached: false, instead: message }));
    const visit: Visit = { isReached: false, instead: undefined };
    const response = await handler({ ...request, contextValues: contextOf(visit) });
    if (visit.isReached || response.body === undefined) return response;
    const body = response.body[Symbol.asyncIterator]();
    const first = await body.next();
    const malformed = visit.isReached || first.done === true ? undefined : malformedOf(handler, first.value);
    if (malformed === undefined) return { ...response, body: resume(first, body) };
    await body.return?.();
    return await handler(emptied(request, { isReached: false, instead: malformed }));
  });
}

/**
 * To be called once by whoever handles a request: what it has to handle in the place of the message that the library has
 * read. Undefined: that message.
 */
export function takeInstead(values: ContextValues): Message | MalformedRequest | undefined {
  const visit = values.get(VISIT);
  if (visit !== undefined) visit.isReached = true;
  return visit?.instead;
}

/** What the library says of a request that it could not read. Undefined: it says something else. */
function malformedOf({ method }: UniversalHandler, answer: Uint8Array): MalformedRequest | undefined {
  const message = messageOf(new TextDecoder().decode(answer));
  if (BINARY_ERROR.test(message)) return new MalformedRequest(method.input.typeName);
  if (!JSON_ERROR.test(message)) return undefined;
  const isLong = message.length > MAX_EXPLANATION_CHARS;
  const explanation = isLong ? `${message.slice(0, MAX_EXPLANATION_CHARS)}…` : message;
  return new MalformedRequest(method.input.typeName, explanation + jsonWayOut(message, method.input));
}

function messageOf(answer: string): string {
  const json = CONNECT_MESSAGE.exec(answer)?.[1];
  if (json !== undefined) return JSON.parse(json);
  return decodeURIComponent(GRPC_MESSAGE.exec(answer)?.[1] ?? "");
}

function contextOf(visit: Visit): ContextValues {
  return createContextValues().set(VISIT, visit);
}

/** The same request with an empty message. */
function emptied(request: UniversalServerRequest, visit: Visit): UniversalServerRequest {
  const header = new Headers(request.header);
  for (const name of ENCODING_HEADERS) header.delete(name);
  const type = header.get("content-type") ?? "";
  const message = Buffer.from(JSON_TYPE.test(type) ? "{}" : "");
  const bytes = isEnveloped(header) ? enveloped(message) : message;
  return { ...request, header, body: bodyOf(bytes), contextValues: contextOf(visit) };
}

function enveloped(message: Buffer): Buffer {
  const head = Buffer.alloc(ENVELOPE_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** An iteration of which one step has been taken already. */
function resume(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterableIterator<Uint8Array> {
  let ahead: IteratorResult<Uint8Array> | undefined = first;
  return {
    async next() {
      const step = ahead ?? (await rest.next());
      ahead = undefined;
      return step;
    },
    throw: async (error) => (await rest.throw?.(error)) ?? { done: true, value: undefined },
    return: async () => (await rest.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
