import * as grpc from "@grpc/grpc-js";

const SERVICE = "/headway.v1.HeadwayService/";
const pass = (bytes: Buffer): Buffer => bytes;

/** A client that sends bytes and takes bytes: what it costs is the transport, not the messages. */
export class BytesClient implements Disposable {
  readonly #client: grpc.Client;

  constructor(port: number) {
    this.#client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  call(method: string, request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(SERVICE + method, pass, pass, request, (error, answer) => {
        if (error === null) resolve(answer!);
        else reject(error);
      });
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
