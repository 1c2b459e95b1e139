import * as grpc from "@grpc/grpc-js";

const pass = (bytes: Buffer): Buffer => bytes;

/** A stream of HoldSlots that takes and gives bytes: what it costs is the transport, not the messages. */
export class StreamClient implements Disposable {
  readonly #client: grpc.Client;
  readonly #stream: grpc.ClientDuplexStream<Buffer, Buffer>;

  /** `onMessage` sees each message of the server. */
  constructor(port: number, onMessage: (message: Buffer) => void) {
    this.#client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
    });
    const path = "/headway.v1.HeadwayService/HoldSlots";
    this.#stream = this.#client.makeBidiStreamRequest(path, pass, pass);
    this.#stream.on("data", onMessage);
    this.#stream.on("error", (error: grpc.ServiceError) => {
      if (error.code !== grpc.status.CANCELLED) throw error;
    });
  }

  send(message: Buffer): void {
    this.#stream.write(message);
  }

  [Symbol.dispose](): void {
    this.#stream.cancel();
    this.#client.close();
  }
}
