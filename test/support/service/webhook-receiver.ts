import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Secret } from "../../../src/core/secret.ts";

/**
 * What the receiver does with a request. `fail`: says 503 and takes nothing; `hang up`: cuts the connection and takes
 * nothing; `take and hang up`: takes the alert, and cuts the connection before its answer; `hold`: takes the alert, and
 * answers only when released.
 */
export type ReceiverBehaviour = "take" | "fail" | "hang up" | "take and hang up" | "hold";

/** One request as it came. */
export interface ReceivedPost {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The age above which a signed message may be a replay, in seconds: what Standard Webhooks advises. */
const MOST_AGE_S = 300;

/**
 * A receiver of webhooks as its author would write one by docs/alerts.md: it checks signature and age, and acts once on
 * each `webhook-id`. It shares no code with Headway.
 */
export class WebhookReceiver {
  readonly #secret: string;
  readonly #nowMs: () => number;
  readonly #held: (() => void)[] = [];
  readonly #server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    this.#answer({ headers: request.headers, body }, response);
  });
  /** What becomes of the next requests; the last one holds for all that follow. */
  behaviours: ReceiverBehaviour[] = ["take"];
  /** Which posts it says 400 to, whatever else it does. */
  refused: (post: ReceivedPost) => boolean = () => false;
  /** All requests, in the order of their arrival. */
  readonly received: ReceivedPost[] = [];
  /** Bodies on which it acted. */
  readonly acted: string[] = [];
  /** Ids of messages that it said 2xx to. */
  readonly confirmed: string[] = [];
  readonly #seenIds = new Set<string>();

  private constructor(secret: string, nowMs: () => number) {
    this.#secret = secret;
    this.#nowMs = nowMs;
  }

  /** Starts one on a free port. */
  static async start(secret: string, nowMs: () => number): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(secret, nowMs);
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  /** With a part that nobody may see. */
  get url(): Secret {
    return new Secret(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook?key=hidden`);
  }

  /** Answers what it holds. */
  release(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  /** Sends a message once more, as an attacker who has seen it would. Answers the status. */
  async replay({ headers, body }: ReceivedPost): Promise<number> {
    const copied = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [
      name,
      String(headers[name]),
    ]);
    const response = await fetch(this.url.reveal(), {
      method: "POST",
      headers: Object.fromEntries(copied),
      body,
    });
    return response.status;
  }

  /** Closes it and its connections. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #answer(post: ReceivedPost, response: ServerResponse): void {
    this.received.push(post);
    if (this.refused(post)) return void response.writeHead(400).end();
    const behaviour = this.behaviours.length > 1 ? this.behaviours.shift() : this.behaviours[0];
    if (behaviour === "fail") return void response.writeHead(503).end();
    if (behaviour === "hang up") return void response.destroy();
    const status = this.#take(post);
    if (behaviour === "take and hang up") return void response.destroy();
    const answer = (): void => {
      if (status === 204 && response.writable && !response.destroyed) {
        this.confirmed.push(String(post.headers["webhook-id"]));
      }
      response.writeHead(status).end();
    };
    if (behaviour === "hold") this.#held.push(answer);
    else answer();
  }

  #take({ headers, body }: ReceivedPost): number {
    const id = String(headers["webhook-id"]);
    const timestamp = String(headers["webhook-timestamp"]);
    const expected = createHmac("sha256", this.#secret).update(`${id}.${timestamp}.${body}`).digest();
    const [version, signature] = String(headers["webhook-signature"]).split(",");
    const given = Buffer.from(signature ?? "", "base64");
    if (version !== "v1" || given.length !== expected.length || !timingSafeEqual(given, expected)) return 401;
    if (Math.abs(this.#nowMs() / 1000 - Number(timestamp)) > MOST_AGE_S) return 400;
    if (this.#seenIds.has(id)) return 204;
    this.#seenIds.add(id);
    this.acted.push(body);
    return 204;
  }
}
