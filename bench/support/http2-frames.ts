/** As much of HTTP/2 (RFC 9113) as a client of unary calls needs: its frames, and headers without any compression. */

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

/** The HEADERS frame of a gRPC call; its bytes 5 to 8 are for the stream. */
export function encodeGrpcHeaders(path: string, authority: string): Buffer {
  const block = Buffer.concat([
    // Entries of HPACK's static table (RFC 7541, appendix A): `:method: POST` and `:scheme: http`.
    Buffer.from([0x83, 0x86]),
    // Literals that are not added to the table, with a name from the static one: `:path`, `:authority`, `content-type`.
    literal([0x04], path),
    literal([0x01], authority),
    literal([0x0f, 0x10], "application/grpc"),
    literal([0x00, ...lengthAndText("te")], "trailers"),
  ]);
  return encodeFrame(FRAME.headers, FLAG_END_HEADERS, 0, block);
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

function literal(name: readonly number[], value: string): Buffer {
  return Buffer.from([...name, ...lengthAndText(value)]);
}

/** A string of HPACK without Huffman codes, of at most 126 bytes. */
function lengthAndText(text: string): number[] {
  return [text.length, ...Buffer.from(text, "latin1")];
}
