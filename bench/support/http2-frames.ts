/** As much of HTTP/2 (RFC 9113) as a client of unary calls needs. */

/** Types of frames. */
export const FRAME = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;

export const FLAG_END_STREAM = 0x1;
/** Of SETTINGS and PING. */
export const FLAG_ACK = 0x1;
const FLAG_END_HEADERS = 0x4;
/** Of the head of a frame; only what follows it counts against a window. */
export const FRAME_HEAD_BYTES = 9;
/** RFC 9113, 6.9.2: what either side may send on a connection before it hears more. */
export const FIRST_WINDOW_BYTES = 65_535;
const LARGEST_WINDOW_BYTES = 2 ** 31 - 1;
const SETTING_INITIAL_WINDOW_SIZE = 4;
const GRPC_PREFIX_BYTES = 5;
const FIRST_DYNAMIC_INDEX = 62;

/** A frame that has come in. `payload` is valid only while it is handled. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** A frame as bytes. */
export function encodeFrame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(streamId, 5);
  payload.copy(bytes, FRAME_HEAD_BYTES);
  return bytes;
}

/** How a connection begins. All windows of this side are as large as can be, so that it never has to widen them. */
export function encodePreface(): Buffer {
  const settings = Buffer.alloc(6);
  settings.writeUInt16BE(SETTING_INITIAL_WINDOW_SIZE, 0);
  settings.writeUInt32BE(LARGEST_WINDOW_BYTES, 2);
  const increment = Buffer.alloc(4);
  increment.writeUInt32BE(LARGEST_WINDOW_BYTES - FIRST_WINDOW_BYTES, 0);
  return Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1"),
    encodeFrame(FRAME.settings, 0, 0, settings),
    encodeFrame(FRAME.windowUpdate, 0, 0, increment),
  ]);
}

/** The fields of a gRPC call's head, in HPACK (RFC 7541). What was sent before is an index from then on, as in every client. */
export class GrpcHeadEncoder {
  readonly #authority: string;
  /** Entries of the dynamic table, the oldest first; few enough that none is ever thrown out. */
  readonly #table: string[] = [];

  constructor(authority: string) {
    this.#authority = authority;
  }

  /** A HEADERS frame; its bytes 5 to 8 are for the stream. To be sent in the order in which they are made. */
  encode(path: string): Buffer {
    const block = Buffer.concat([
      // Entries of HPACK's static table (appendix A): `:method: POST` and `:scheme: http`.
      Buffer.from([0x83, 0x86]),
      this.#field([0x44], path),
      this.#field([0x41], this.#authority),
      this.#field([0x5f], "application/grpc"),
      this.#field([0x40, ...lengthAndText("te")], "trailers"),
    ]);
    return encodeFrame(FRAME.headers, FLAG_END_HEADERS, 0, block);
  }

  /** A literal to be added to the table, after its name or the name's index; its own index once it is there. */
  #field(name: readonly number[], value: string): Buffer {
    const place = this.#table.indexOf(value);
    if (place >= 0) return Buffer.from([0x80 | (FIRST_DYNAMIC_INDEX + this.#table.length - 1 - place)]);
    this.#table.push(value);
    return Buffer.from([...name, ...lengthAndText(value)]);
  }
}

/** The DATA frame of a message that ends its side of the call; its bytes 5 to 8 are for the stream. */
export function encodeGrpcMessage(message: Buffer): Buffer {
  const payload = Buffer.alloc(GRPC_PREFIX_BYTES + message.length);
  payload.writeUInt32BE(message.length, 1);
  message.copy(payload, GRPC_PREFIX_BYTES);
  return encodeFrame(FRAME.data, FLAG_END_STREAM, 0, payload);
}

/** The message in what the DATA frames of an answer held. */
export function decodeGrpcMessage(data: Buffer): Buffer {
  return data.subarray(GRPC_PREFIX_BYTES);
}

/** Splits what comes from a socket into frames. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    while (start + FRAME_HEAD_BYTES <= bytes.length) {
      const end = start + FRAME_HEAD_BYTES + bytes.readUIntBE(start, 3);
      if (end > bytes.length) break;
      this.#onFrame({
        type: bytes[start + 3]!,
        flags: bytes[start + 4]!,
        streamId: bytes.readUInt32BE(start + 5) & 0x7fff_ffff,
        payload: bytes.subarray(start + FRAME_HEAD_BYTES, end),
      });
      start = end;
    }
    this.#rest = start === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(start));
  }
}

/** A string of HPACK without Huffman codes, of at most 126 bytes. */
function lengthAndText(text: string): number[] {
  return [text.length, ...Buffer.from(text, "latin1")];
}
