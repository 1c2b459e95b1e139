import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Price data in which `gpt-4o-mini` costs so much per million tokens, in US dollars. */
export function priceData(input: number, output: number): object {
  const model = (id: string) => ({
    id,
    match: { equals: id },
    prices: { input_mtok: input, output_mtok: output },
  });
  return [
    {
      id: "openai",
      name: "OpenAI",
      api_pattern: "https://api\\.openai\\.com",
      models: [model("gpt-4o-mini")],
    },
    { id: "google", name: "Google", api_pattern: "https://google", models: [model("gemini-x")] },
    { id: "anthropic", name: "Anthropic", api_pattern: "https://anthropic", models: [model("claude-x")] },
  ];
}

/** A server of price data. */
export class PriceServer {
  readonly #held = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    request.resume();
    this.requestCount++;
    if (this.answer !== "hold") this.#send(response);
    else {
      this.#held.add(response);
      response.on("close", () => this.#held.delete(response));
    }
  });
  requestCount = 0;
  /** A status, a text or data; `hold`: it waits until it is released. */
  answer: number | string | object | "hold" = 500;

  static async start(): Promise<PriceServer> {
    const server = new PriceServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/data.json`;
  }

  /** Those that wait to be released, and have not left. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** Answers those that wait. */
  release(answer: object): void {
    this.answer = answer;
    for (const response of this.#held) this.#send(response);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #send(response: ServerResponse): void {
    if (typeof this.answer === "number") response.writeHead(this.answer).end();
    else response.end(typeof this.answer === "string" ? this.answer : JSON.stringify(this.answer));
  }
}
