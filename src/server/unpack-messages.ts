import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";

/** Bodies of several messages, each with a head before it. */
const ENVELOPED = /^application\/(?:grpc-web|connect\+)/i;
/** Flags, and the length of the message. */
const HEAD_BYTES = 5;
const FLAG_COMPRESSED = 0x1;
/** Where it says how messages are compressed. */
const ENCODING_HEADERS = ["connect-content-encoding", "grpc-encoding"];
const DECOMPRESS = { gzip: promisify(gunzip), br: promisify(brotliDecompress) };

/** Whether a body holds messages that each have a head with their length. */
export function isEnveloped(header: Headers): boolean {
  return ENVELOPED.test(header.get("content-type") ?? "");
}

/** How the messages of a request are compressed, as `gzip`. Undefined: not. */
export function encodingOf(header: Headers): string | undefined {
  const names = isEnveloped(header) ? ENCODING_HEADERS : ["content-encoding"];
  const encoding = names.map((name) => header.get(name)).find((value) => value !== null);
  return encoding === "identity" ? undefined : encoding;
}

/**
 * The messages in a body one after the other, without their heads and decompressed.
 * @throws when the body is not what its headers say, or a message takes more than `mostBytes`
 */
export async function* unpackMessages(
  body: Buffer,
  header: Headers,
  mostBytes: number,
): AsyncGenerator<Buffer, void> {
  const encoding = encodingOf(header);
  if (!isEnveloped(header)) {
    yield encoding === undefined ? body : await decompress(body, encoding, mostBytes);
    return;
  }
  for (let start = 0; start < body.length; ) {
    const end = start + HEAD_BYTES + body.readUInt32BE(start + 1);
    const message = body.subarray(start + HEAD_BYTES, end);
    const isCompressed = (body[start]! & FLAG_COMPRESSED) !== 0;
    yield isCompressed ? await decompress(message, encoding, mostBytes) : message;
    start = end;
  }
}

async function decompress(bytes: Buffer, encoding: string | undefined, mostBytes: number): Promise<Buffer> {
  if (encoding !== "gzip" && encoding !== "br") throw new Error(`nobody here can read ${encoding}`);
  return await DECOMPRESS[encoding](bytes, { maxOutputLength: mostBytes });
}
