import { once } from "node:events";
import { connect, createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { Duplex } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TurnoverMap } from "../../src/core/turnover-map.ts";
import { freeCallsEarly } from "../../src/server/free-calls-early.ts";

const CALLS = 300;
const STREAMS = 200;
/** Of a stream; one that is kept holds 8 KB. */
const MOST_HELD_BYTES = 1_000;
/** V8 compiles how streams are made by itself after some 15,000: so often it must not be asked for. */
const ATTEMPTS = 20;

describe("freeCallsEarly", () => {
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];

  beforeAll(async () => {
    freeCallsEarly();
    server.on("session", (session) => sessions.push(session));
    server.on("stream", (stream: ServerHttp2Stream) => {
      stream.respond({ ":status": 200 });
      stream.end("answer");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it("keeps the open streams of a session in a table without a chain, where Node has put them so far", async () => {
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const ask = async (): Promise<string> => {
      const stream = client.request({ ":path": "/" });
      stream.end();
      return Buffer.concat(await stream.toArray()).toString();
    };
    const answers = await Promise.all(Array.from({ length: CALLS }, ask));
    expect(answers).toEqual(new Array(CALLS).fill("answer"));
    expect(tableOf(sessions[0]!)).toBeInstanceOf(TurnoverMap);
    const closed = once(sessions[0]!, "close");
    client.close();
    // A server's session ends only when no stream is left in its table.
    await closed;
  });

  it("lets a collection of young objects free streams that nobody holds", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as (options: { type: "minor" }) => void;
    const usedBytes = (): number => {
      for (let turn = 0; turn < 3; turn++) collect({ type: "minor" });
      return process.memoryUsage().heapUsed;
    };
    const heldBytes = (): number => {
      const before = usedBytes();
      for (let count = 0; count < STREAMS; count++) Object.assign(new Duplex(), { work: new Array(1_000) });
      return (usedBytes() - before) / STREAMS;
    };
    // V8 compiles beside the program: what it has made may come into use a little later.
    let held = heldBytes();
    for (let attempt = 1; attempt < ATTEMPTS && held > MOST_HELD_BYTES; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      held = heldBytes();
    }
    expect(held).toBeLessThan(MOST_HELD_BYTES);
  });
});

function tableOf(session: ServerHttp2Session): unknown {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === "state")!;
  return (session as unknown as Record<symbol, { readonly streams: unknown }>)[key]!.streams;
}
