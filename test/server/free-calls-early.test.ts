import { once } from "node:events";
import { connect, createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TurnoverMap } from "../../src/core/turnover-map.ts";
import { freeCallsEarly } from "../../src/server/free-calls-early.ts";

const CALLS = 300;

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
});

function tableOf(session: ServerHttp2Session): unknown {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === "state")!;
  return (session as unknown as Record<symbol, { readonly streams: unknown }>)[key]!.streams;
}
