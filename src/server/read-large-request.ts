import { type DescMessage, type DescMethod, fromBinary, fromJson, type Message } from "@bufbuild/protobuf";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import { explainTooManyValues, maxValuesOf } from "../rpc/request-bounds.ts";
import { countFields } from "../rpc/wire/count-fields.ts";
import { outlineJson } from "../rpc/wire/outline-json.ts";
import { MalformedRequest } from "./malformed-request.ts";
import { readBody } from "./read-body.ts";
import { encodingOf, unpackMessages } from "./unpack-messages.ts";

const JSON_TYPE = /^application\/(?:\S+\+)?json/i;
/** What may be around a message: the head of an envelope. */
const HEAD_BYTES = 5;

/** A request that was looked at. */
export interface LookedAt {
  /** With its body from the beginning. */
  readonly request: UniversalServerRequest;
  /** The message of the body, when it was read. Undefined: the library is to read it. */
  readonly message: Message | MalformedRequest | undefined;
}

/**
 * Reads the message of a large request in the library's stead: it counts what is in it first, which may be too much, and does
 * not search all of a long JSON text for keys that are there twice, which takes longer than all else. What is small, larger
 * than `maxMessageBytes` or not what it says it is, is left to the library, which says what is wrong with it.
 */
export async function readLargeRequest(
  request: UniversalServerRequest,
  { input }: DescMethod,
  maxMessageBytes: number,
): Promise<LookedAt> {
  const { body, header } = request;
  const most = maxValuesOf(input);
  const length = Number(header.get("content-length") ?? Number.NaN);
  const isSmall = length <= most && encodingOf(header) === undefined;
  const isTooLarge = length > maxMessageBytes + HEAD_BYTES;
  if (isSmall || isTooLarge || !isByteStream(body)) return { request, message: undefined };
  const { bytes, again } = await readBody(body, maxMessageBytes + HEAD_BYTES);
  const read = { ...request, body: again };
  if (bytes === undefined) return { request: read, message: undefined };
  const isJson = JSON_TYPE.test(header.get("content-type") ?? "");
  const messages = unpackMessages(bytes, header, maxMessageBytes);
  return { request: read, message: await readMessages(messages, { input, most, isJson }) };
}

/** The only message there is. Undefined: the library is to say what is wrong. */
async function readMessages(
  messages: AsyncIterable<Buffer>,
  how: HowToRead,
): Promise<Message | MalformedRequest | undefined> {
  const read: (Message | undefined)[] = [];
  try {
    for await (const bytes of messages) {
      const message = readMessage(bytes, how);
      if (message instanceof MalformedRequest) return message;
      read.push(message);
    }
  } catch {
    return undefined;
  }
  return read.length === 1 ? read[0] : undefined;
}

interface HowToRead {
  readonly input: DescMessage;
  /** The most values. */
  readonly most: number;
  readonly isJson: boolean;
}

function readMessage(
  bytes: Buffer,
  { input, most, isJson }: HowToRead,
): Message | MalformedRequest | undefined {
  const outline = isJson ? outlineJson(bytes, most) : undefined;
  const count = outline?.valueCount ?? countFields(input, bytes, most);
  if (count > most) return new MalformedRequest(input.typeName, explainTooManyValues(most));
  if (outline?.areKeysUnique === false) return undefined;
  try {
    return isJson ? fromJson(input, JSON.parse(new TextDecoder().decode(bytes))) : fromBinary(input, bytes);
  } catch {
    return undefined;
  }
}

function isByteStream(body: UniversalServerRequest["body"]): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
