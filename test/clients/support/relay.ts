import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A port that stays while what is behind it comes and goes. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What is behind each connection. */
  readonly #pairs = new Map<Socket, Socket>();
  readonly #connectMs: number;
  #target: string | undefined;

  private constructor(connectMs: number) {
    this.#connectMs = connectMs;
    this.#server = createServer((incoming) => void this.#accept(incoming));
  }

  /** Starts one on a free port, where each new connection is silent for `connectMs` at first. */
  static async start({ connectMs = 0 } = {}): Promise<Relay> {
    const relay = new Relay(connectMs);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts all connections; new ones go to `target`, or are cut as well. */
  forwardTo(target: string | undefined): void {
    this.#target = target;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets nothing come back from what is behind it. */
  holdAnswers(): void {
    for (const [incoming, outgoing] of this.#pairs) outgoing.unpipe(incoming);
  }

  /** Lets through what was held. */
  releaseAnswers(): void {
    for (const [incoming, outgoing] of this.#pairs) outgoing.pipe(incoming);
  }

  /** Closes the port and cuts all connections. */
  async stop(): Promise<void> {
    this.forwardTo(undefined);
    this.#server.close();
    await once(this.#server, "close");
  }

  async #accept(incoming: Socket): Promise<void> {
    incoming.on("error", () => {});
    if (this.#connectMs > 0) await sleep(this.#connectMs);
    if (!incoming.destroyed) this.#forward(incoming);
  }

  #forward(incoming: Socket): void {
    if (this.#target === undefined) {
      incoming.destroy();
      return;
    }
    const [host, port] = this.#target.split(":");
    const outgoing = connect(Number(port), host);
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    this.#pairs.set(incoming, outgoing);
    incoming.once("close", () => this.#pairs.delete(incoming));
    incoming.pipe(outgoing).pipe(incoming);
  }
}
