import { Agent, request } from "node:http";
import * as grpc from "@grpc/grpc-js";

/** What was answered, and how long it took. */
export interface Outcome {
  /** As `OK` or `INVALID_ARGUMENT`. */
  readonly status: string;
  readonly tookMs: number;
}

/** One way in, for messages as bytes. */
export interface Door extends Disposable {
  readonly name: string;
  /** Whether messages are JSON. */
  readonly isJson: boolean;
  /** `method` as `Complete`. A stream of answers is read to its end. */
  call(method: string, message: Buffer): Promise<Outcome>;
}

const SERVICE = "/headway.v1.HeadwayService/";
const STREAMS: ReadonlySet<string> = new Set(["StreamComplete", "CompleteBatch"]);
const ENVELOPE_HEAD_BYTES = 5;
const OK = 200;

/** The gRPC door. */
export function grpcDoor(port: number): Door {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });
  const pass = (bytes: Buffer): Buffer => bytes;
  return {
    name: "gRPC",
    isJson: false,
    call: (method, message) =>
      new Promise((resolve) => {
        const startMs = performance.now();
        const call = client.makeServerStreamRequest(SERVICE + method, pass, pass, message);
        call.resume();
        call.on("error", () => {});
        call.on("status", ({ code }) =>
          resolve({ status: grpc.status[code]!, tookMs: performance.now() - startMs }),
        );
      }),
    [Symbol.dispose]: () => client.close(),
  };
}

/** The HTTP door, by Connect. */
export function httpDoor(port: number, format: "json" | "proto"): Door {
  return {
    name: `HTTP, ${format}`,
    isJson: format === "json",
    call: (method, message) =>
      new Promise((resolve, reject) => {
        const isStream = STREAMS.has(method);
        const body = isStream ? enveloped(message) : message;
        const type = isStream ? `application/connect+${format}` : `application/${format}`;
        const headers = { "content-type": type, "content-length": body.length };
        // A connection of its own, which the server does not close on what it has not read.
        const agent = new Agent({ keepAlive: true });
        const startMs = performance.now();
        const asked = request(
          { agent, port, host: "127.0.0.1", method: "POST", path: SERVICE + method, headers },
          async (response) => {
            const answer = Buffer.concat(await response.toArray());
            const tookMs = performance.now() - startMs;
            agent.destroy();
            const isOk =
              response.statusCode === OK && !(isStream && /"code":"/.test(answer.toString("latin1")));
            const code =
              /"code":"([a-z_]+)"/.exec(answer.toString("latin1"))?.[1] ?? String(response.statusCode);
            resolve({ status: isOk ? "OK" : code.toUpperCase(), tookMs });
          },
        );
        asked.on("error", reject);
        asked.end(body);
      }),
    [Symbol.dispose]: () => {},
  };
}

function enveloped(message: Buffer): Buffer {
  const head = Buffer.alloc(ENVELOPE_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
