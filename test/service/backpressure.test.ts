import { connect } from "node:http2";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, it, onTestFinished } from "vitest";
import {
  StreamCompleteRequestSchema,
  StreamCompleteResponseSchema,
} from "../../gen/es/headway/v1/stream_complete_pb.js";
import { ScriptServer } from "../support/providers/script-server.ts";
import { streamPiece } from "../support/service/faulty-server.ts";
import { startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const PIECE = streamPiece("x".repeat(64 * 1024));
const PIECE_COUNT = 400;

it("a client that reads slowly slows the provider down, and still gets all of it", async () => {
  const upstream = await ScriptServer.start();
  const headway = await startHeadway({
    config: `providers: {own: {type: openai_compatible, base_url: "${upstream.url}/v1", api_key: none, models: {m: {}}}}`,
  });
  const session = connect(`http://${headway.grpcAddress}`);
  onTestFinished(async () => {
    session.close();
    await headway.close();
    await upstream.stop();
  });
  const stream = session.request({
    ":method": "POST",
    ":path": "/headway.v1.HeadwayService/StreamComplete",
    "content-type": "application/grpc",
    te: "trailers",
  });
  const request = create(StreamCompleteRequestSchema, { request: ask("hello", { model: "own/m" }) });
  stream.end(frame(toBinary(StreamCompleteRequestSchema, request)));

  const { response } = await upstream.arrival();
  response.writeHead(200, { "content-type": "text/event-stream" });
  let written = 0;
  let isStuck = false;
  while (written < PIECE_COUNT && !isStuck) {
    written++;
    isStuck = !response.write(PIECE) && !(await drainsSoon(response));
  }
  // Nobody has read anything: between the two there is room for some megabytes, not for all 25.
  expect(isStuck).toBe(true);
  expect(written).toBeLessThan(PIECE_COUNT / 2);

  const received: Buffer[] = [];
  stream.on("data", (bytes: Buffer) => void received.push(bytes));
  const status = new Promise((resolve) => stream.on("trailers", (all) => resolve(all["grpc-status"])));
  for (; written < PIECE_COUNT; written++) {
    if (response.writableNeedDrain) await new Promise((resolve) => response.once("drain", resolve));
    response.write(PIECE);
  }
  response.end('data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n');
  expect(await status).toBe("0");
  const events = messagesOf(Buffer.concat(received)).map((bytes) =>
    fromBinary(StreamCompleteResponseSchema, bytes),
  );
  const lengths = events.map(({ event }) => (event.case === "delta" ? event.value.text.length : 0));
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(PIECE_COUNT * 64 * 1024);
  expect(events.at(-1)?.event.case).toBe("done");
  expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
});

/** Whether the response takes more again before long. */
async function drainsSoon(response: { readonly writableNeedDrain: boolean }): Promise<boolean> {
  for (let turn = 0; turn < 500 && response.writableNeedDrain; turn++) await new Promise(setImmediate);
  return !response.writableNeedDrain;
}

const PREFIX_BYTES = 5;

/** A message as gRPC frames it: not compressed, its length before it. */
function frame(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The messages inside the frames. */
function messagesOf(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at + PREFIX_BYTES;
    at = start + bytes.readUInt32BE(at + 1);
    messages.push(bytes.subarray(start, at));
  }
  return messages;
}
