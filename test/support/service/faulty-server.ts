import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What a {@link FaultyServer} does with a request, instead of answering it. */
export type Fault = (response: ServerResponse, isStream: boolean) => void;

/** A provider with the OpenAI API that answers, or does what it is told to, on a real socket. */
export class FaultyServer {
  /** What is done to the requests to come. Undefined: they are answered. */
  fault: Fault | undefined;
  /** How many of them. */
  faultCount = Number.POSITIVE_INFINITY;
  /** Requests so far. */
  requestCount = 0;
  /** When each of them had come, by `performance.now()`. */
  readonly arrivalsMs: number[] = [];
  readonly #sockets = new Set<Socket>();
  // Idle connections are closed by who the test is about, never by time.
  readonly #server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      this.requestCount++;
      this.arrivalsMs.push(performance.now());
      const body = JSON.parse(Buffer.concat(chunks).toString());
      if (this.fault !== undefined && this.faultCount-- > 0) this.fault(response, body.stream === true);
      else answer(response, body.stream === true);
    });
  });

  /** Starts one on a free port. */
  static async start(): Promise<FaultyServer> {
    const faulty = new FaultyServer();
    faulty.#server.on("connection", (socket) => {
      faulty.#sockets.add(socket);
      socket.on("close", () => faulty.#sockets.delete(socket));
      socket.on("error", () => {});
    });
    faulty.#server.listen(0, "127.0.0.1");
    await once(faulty.#server, "listening");
    return faulty;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Closes it and every connection. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5 };

function answer(response: ServerResponse, isStream: boolean): void {
  if (!isStream) {
    const message = { role: "assistant", content: "well" };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ model: "m", choices: [{ message, finish_reason: "stop" }], usage: USAGE }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(streamPiece("well"));
  const last = { choices: [{ delta: {}, finish_reason: "stop" }], usage: USAGE };
  response.end(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`);
}

/** A piece of a streamed answer as the OpenAI API writes it. */
export function streamPiece(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
}
