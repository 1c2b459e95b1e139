import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A provider with the OpenAI API that says how many tokens each answer took. */
export class PaidProvider {
  readonly #answerTokens: (count: number) => number;
  readonly #answerMs: () => number;
  // Idle connections are closed by who the test is about, never by time.
  readonly #server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.resume().on("end", () => {
      const usage = { prompt_tokens: 10, completion_tokens: this.#answerTokens(this.#count++) };
      const message = { role: "assistant", content: "ok" };
      this.outputTokens += usage.completion_tokens;
      const answer = JSON.stringify({ model: "paid", choices: [{ message, finish_reason: "stop" }], usage });
      const timer = setTimeout(() => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(answer);
      }, this.#answerMs());
      response.once("close", () => clearTimeout(timer));
    });
  });
  #count = 0;
  /** Of all answers. */
  outputTokens = 0;

  private constructor(answerTokens: (count: number) => number, answerMs: () => number) {
    this.#answerTokens = answerTokens;
    this.#answerMs = answerMs;
  }

  /**
   * `answerTokens` says how long the answer to each call is; calls are counted from 0. It comes after `answerMs`, and is
   * paid for even when nobody waits for it any more.
   */
  static async start(answerTokens: (count: number) => number, answerMs = () => 0): Promise<PaidProvider> {
    const provider = new PaidProvider(answerTokens, answerMs);
    provider.#server.listen(0, "127.0.0.1");
    await once(provider.#server, "listening");
    return provider;
  }

  /** As an OpenAI client wants it. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Calls so far. */
  get count(): number {
    return this.#count;
  }

  /** Closes it and its connections. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
