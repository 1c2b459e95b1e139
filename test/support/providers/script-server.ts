import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";

/** A request that has reached a {@link ScriptServer}, and the way to answer it. */
export interface Arrival {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly response: ServerResponse;
  /** Fulfils when the connection of this request is closed. */
  readonly closed: Promise<void>;
}

/** An HTTP server on a free port of this machine that answers nothing by itself: the test does, step by step. */
export class ScriptServer {
  // Idle connections are closed by who the test is about, never by time.
  readonly #server = createServer(
    { keepAliveTimeout: 0 },
    (request, response) => void this.#arrive(request, response),
  );
  readonly #sockets = new Set<Socket>();
  readonly #arrivals: Arrival[] = [];
  readonly #waiters: ((arrival: Arrival) => void)[] = [];

  /** Starts one. */
  static async start(): Promise<ScriptServer> {
    const server = new ScriptServer();
    server.#server.on("connection", (socket) => {
      server.#sockets.add(socket);
      // Each request of a kept-alive connection listens for its end.
      socket.setMaxListeners(0);
      socket.on("close", () => server.#sockets.delete(socket));
      socket.on("error", () => {});
    });
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open now. */
  get openSocketCount(): number {
    return this.#sockets.size;
  }

  /** The next request, as soon as it is there. */
  arrival(): Promise<Arrival> {
    const waiting = this.#arrivals.shift();
    if (waiting !== undefined) return Promise.resolve(waiting);
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Closes the server and every connection. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #arrive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket, method = "", url = "", headers } = request;
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const arrival = { method, url, headers, body: await text(request), response, closed };
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#arrivals.push(arrival);
    else waiter(arrival);
  }
}

/** Writes so that it has left for the network when the promise fulfils. */
export function send(response: ServerResponse, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(data, (error) => (error ? reject(error) : resolve()));
  });
}
