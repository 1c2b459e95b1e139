import { connect, type Socket } from "node:net";
import {
  decodeGrpcMessage,
  encodeFrame,
  encodeGrpcMessage,
  encodePreface,
  FIRST_WINDOW_BYTES,
  FLAG_ACK,
  FLAG_END_STREAM,
  FRAME,
  FRAME_HEAD_BYTES,
  type Frame,
  FrameReader,
  GrpcHeadEncoder,
} from "./http2-frames.ts";

const SERVICE = "/headway.v1.HeadwayService/";
const STREAM_ID_AT = 5;

/** A call that waits for its answer. */
interface OpenCall {
  data: Buffer | undefined;
  readonly resolve: (message: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** A call that is not written yet. */
interface Unsent {
  readonly headers: Buffer;
  readonly message: Buffer;
}

/**
 * A client of small unary calls that costs next to nothing: it writes the few frames of a call by itself, and all calls of
 * one turn of the event loop at once. The client of grpc-js takes more processor time for a call than an empty server does,
 * and stops for its own garbage: what it showed was itself.
 */
export class BytesClient implements Disposable {
  readonly #socket: Socket;
  readonly #head: GrpcHeadEncoder;
  readonly #open = new Map<number, OpenCall>();
  #nextStreamId = 1;
  #unsent: Unsent[] = [];
  /** Bytes of DATA frames that the server takes now. */
  #windowBytes = FIRST_WINDOW_BYTES;

  constructor(port: number) {
    this.#head = new GrpcHeadEncoder(`127.0.0.1:${port}`);
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const reader = new FrameReader((frame) => this.#receive(frame));
    this.#socket.on("data", (chunk: Buffer) => reader.read(chunk));
    this.#socket.on("error", (error) => this.#failAll(error));
    this.#socket.on("close", () => this.#failAll(new Error("the server closed the connection")));
    this.#socket.write(encodePreface());
  }

  /** Rejects when the call ends without an answer; its status is not read. */
  call(method: string, request: Buffer): Promise<Buffer> {
    const streamId = this.#nextStreamId;
    this.#nextStreamId += 2;
    const headers = this.#head.encode(SERVICE + method);
    const message = encodeGrpcMessage(request);
    headers.writeUInt32BE(streamId, STREAM_ID_AT);
    message.writeUInt32BE(streamId, STREAM_ID_AT);
    if (this.#unsent.length === 0) setImmediate(() => this.#flush());
    this.#unsent.push({ headers, message });
    return new Promise((resolve, reject) => {
      this.#open.set(streamId, { data: undefined, resolve, reject });
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  /** Writes as many calls as the server takes. */
  #flush(): void {
    const ready: Buffer[] = [];
    let count = 0;
    for (const { headers, message } of this.#unsent) {
      const dataBytes = message.length - FRAME_HEAD_BYTES;
      if (dataBytes > this.#windowBytes) break;
      this.#windowBytes -= dataBytes;
      ready.push(headers, message);
      count++;
    }
    this.#unsent = this.#unsent.slice(count);
    if (ready.length > 0) this.#socket.write(Buffer.concat(ready));
  }

  #receive({ type, flags, streamId, payload }: Frame): void {
    switch (type) {
      case FRAME.data:
        this.#takeData(streamId, payload);
        break;
      case FRAME.settings:
        if ((flags & FLAG_ACK) === 0)
          this.#socket.write(encodeFrame(FRAME.settings, FLAG_ACK, 0, Buffer.alloc(0)));
        break;
      case FRAME.ping:
        if ((flags & FLAG_ACK) === 0) this.#socket.write(encodeFrame(FRAME.ping, FLAG_ACK, 0, payload));
        break;
      case FRAME.windowUpdate:
        if (streamId === 0) this.#windowBytes += payload.readUInt32BE(0);
        if (this.#unsent.length > 0) this.#flush();
        break;
      case FRAME.resetStream:
        this.#end(streamId, new Error("the server reset the stream"));
        break;
      case FRAME.goAway:
        this.#failAll(new Error("the server goes away"));
    }
    const isEnd = (flags & FLAG_END_STREAM) !== 0 && (type === FRAME.headers || type === FRAME.data);
    if (isEnd) this.#end(streamId, new Error("the call was refused"));
  }

  #takeData(streamId: number, payload: Buffer): void {
    const call = this.#open.get(streamId);
    if (call === undefined) return;
    call.data = call.data === undefined ? Buffer.from(payload) : Buffer.concat([call.data, payload]);
  }

  /** `failure` is what it means that no data has come. */
  #end(streamId: number, failure: Error): void {
    const call = this.#open.get(streamId);
    if (call === undefined) return;
    this.#open.delete(streamId);
    if (call.data === undefined) call.reject(failure);
    else call.resolve(decodeGrpcMessage(call.data));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }
}
