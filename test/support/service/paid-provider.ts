import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A provider with the OpenAI API that says how many tokens each answer took. */
export class PaidProvider {
  readonly #answerTokens: (count: number) => number;
  readonly #server = createServer((request, response) => {
    request.resume().on("end", () => {
      const usage = { prompt_tokens: 10, completion_tokens: this.#answerTokens(this.#count++) };
      const message = { role: "assistant", content: "ok" };
      this.outputTokens += usage.completion_tokens;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ model: "paid", choices: [{ message, finish_reason: "stop" }], usage }));
    });
  });
  #count = 0;
  /** Of all answers. */
  outputTokens = 0;

  private constructor(answerTokens: (count: number) => number) {
    this.#answerTokens = answerTokens;
  }

  /** `answerTokens` says how long the answer to each call is; calls are counted from 0. */
  static async start(answerTokens: (count: number) => number): Promise<PaidProvider> {
    const provider = new PaidProvider(answerTokens);
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
