import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A call that waits for its answer. */
export interface GatedCall {
  /** The request's body as it came. */
  readonly body: { readonly stream?: boolean; readonly messages: readonly { readonly content: unknown }[] };
  /** Whether the caller has gone away. */
  readonly isCut: () => boolean;
  /** Answers with this text: whole, or streamed in pieces of words when it was asked to. `usage`: 10 and 5 tokens. */
  answer(text: string, usage?: typeof USAGE): void;
  /** Streams a piece of the answer. */
  write(text: string): void;
  /** Answers with an error. */
  fail(status: number): void;
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5 };

/** A provider with the OpenAI API whose answers the test gives. */
export class GatedProvider {
  /** All calls so far. */
  readonly calls: GatedCall[] = [];
  /** Answers each call as soon as it comes. Undefined: the test does. */
  onCall: ((call: GatedCall) => void) | undefined;
  // Idle connections are closed by who the test is about, never by time.
  readonly #server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      const call = gate(JSON.parse(Buffer.concat(chunks).toString()), response);
      this.calls.push(call);
      this.onCall?.(call);
    });
  });

  /** Starts one on a free port. */
  static async start(): Promise<GatedProvider> {
    const provider = new GatedProvider();
    provider.#server.listen(0, "127.0.0.1");
    await once(provider.#server, "listening");
    return provider;
  }

  /** As an OpenAI client wants it. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Closes it and its connections. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

function gate(body: GatedCall["body"], response: ServerResponse): GatedCall {
  let isCut = false;
  response.on("close", () => {
    isCut = !response.writableFinished;
  });
  const send = (value: unknown): void => {
    if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`);
  };
  const write = (text: string): void => send({ choices: [{ index: 0, delta: { content: text } }] });
  return {
    body,
    isCut: () => isCut,
    write,
    answer(text, usage = USAGE) {
      if (body.stream === true) {
        for (const piece of text.match(/\S+\s*/g) ?? []) write(piece);
        send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
        send({ choices: [], usage });
        send("[DONE]");
        response.end();
        return;
      }
      const message = { role: "assistant", content: text };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ choices: [{ message, finish_reason: "stop" }], usage }));
    },
    fail(status) {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "no", type: "error" } }));
    },
  };
}
