import { connect } from "node:http2";
import { connect as connectSocket } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { StreamCompleteRequestSchema } from "../../gen/es/headway/v1/stream_complete_pb.js";
import { ScriptServer } from "../support/providers/script-server.ts";
import { streamPiece } from "../support/service/faulty-server.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const PIECE = streamPiece("x".repeat(64 * 1024));
const METHOD = "/headway.v1.HeadwayService/StreamComplete";
const QUESTION = create(StreamCompleteRequestSchema, {
  request: ask("hello", { model: "own/m", temperature: 0 }),
});

/** A caller that asks for a stream and reads nothing of it. */
const CALLERS = {
  grpc({ grpcAddress }: Headway, timeoutMs: number): () => void {
    const session = connect(`http://${grpcAddress}`).on("error", () => {});
    const headers = {
      ":method": "POST",
      ":path": METHOD,
      "content-type": "application/grpc",
      te: "trailers",
    };
    const stream = session.request({ ...headers, "grpc-timeout": `${timeoutMs}m` }).on("error", () => {});
    stream.end(frame(toBinary(StreamCompleteRequestSchema, QUESTION)));
    return () => session.destroy();
  },
  connect({ httpUrl }: Headway, timeoutMs: number): () => void {
    const { hostname, port } = new URL(httpUrl);
    const socket = connectSocket(Number(port), hostname).on("error", () => {});
    const body = frame(toBinary(StreamCompleteRequestSchema, QUESTION));
    const headers = [
      `POST ${METHOD} HTTP/1.1`,
      "host: headway",
      "content-type: application/connect+proto",
      "connect-protocol-version: 1",
      `connect-timeout-ms: ${timeoutMs}`,
      `content-length: ${body.length}`,
    ];
    socket.write(`${headers.join("\r\n")}\r\n\r\n`);
    socket.write(body);
    return () => socket.destroy();
  },
} as const;

describe.each(DOORS)("a caller that does not read its stream, through %s", (door) => {
  describe.each(["true", "false"])("with cache.enabled %s", (cacheEnabled) => {
    /** Resolves when there is no more room between the provider and the caller. */
    async function stick(timeoutMs: number) {
      const upstream = await ScriptServer.start();
      onTestFinished(() => upstream.stop());
      const headway = await startHeadway({
        config: [
          "providers:",
          `  own: {type: openai_compatible, base_url: "${upstream.url}/v1", api_key: none, timeout: 1h,`,
          "    models: {m: {limits: {rpm: 1000, concurrent: 10}}}}",
          `cache: {enabled: ${cacheEnabled}}`,
        ].join("\n"),
      });
      const leave = CALLERS[door](headway, timeoutMs);
      onTestFinished(leave);
      const { closed, response } = await upstream.arrival();
      response.on("error", () => {}).writeHead(200, { "content-type": "text/event-stream" });
      for (let turn = 0; turn < 500 && !response.destroyed; turn++) {
        if (response.writableNeedDrain) await new Promise(setImmediate);
        else {
          response.write(PIECE);
          turn = 0;
        }
      }
      return { headway, closed };
    }

    it("is called for no longer than to its deadline", async () => {
      const { headway, closed } = await stick(2_000);
      onTestFinished(() => headway.close());
      await closed;
      await vi.waitFor(async () => expect((await headway.load()).reserved).toBe(0));
    });

    it("does not keep a Headway from ending", async () => {
      const { headway, closed } = await stick(3_600_000);
      await headway.close(50);
      await closed;
    });
  });
});

/** A message as gRPC and Connect frame it: not compressed, its length before it. */
function frame(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
