import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as the provider saw it. */
export interface SeenRequest {
  /** Milliseconds on the scale of `performance.now()`. */
  readonly arrivedMs: number;
  readonly status: 200 | 429;
}

/** What the provider enforces. */
export interface StrictLimit {
  /** Requests in any window; one more is refused. */
  readonly amount: number;
  readonly windowMs: number;
}

/**
 * A provider with the OpenAI API that enforces a limit by itself: it keeps the time of every request that it let in,
 * and refuses those that come when the window behind them is full. It shares no code with Headway.
 */
export class StrictProvider {
  readonly #limit: StrictLimit;
  readonly #seen: SeenRequest[] = [];
  // A client that finds its idle connection cut just when it sends may not send a POST again.
  readonly #server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.resume().on("end", () => this.#answer(response));
  });

  private constructor(limit: StrictLimit) {
    this.#limit = limit;
  }

  /** Starts one on a free port. */
  static async start(limit: StrictLimit): Promise<StrictProvider> {
    const provider = new StrictProvider(limit);
    provider.#server.listen(0, "127.0.0.1");
    await once(provider.#server, "listening");
    return provider;
  }

  /** As an OpenAI client wants it. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** All requests so far, in the order of their arrival. */
  get seen(): readonly SeenRequest[] {
    return this.#seen;
  }

  /** Closes it and its connections. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #answer(response: ServerResponse): void {
    const arrivedMs = performance.now();
    const { amount, windowMs } = this.#limit;
    const inWindow = this.#seen.filter((one) => one.status === 200 && one.arrivedMs > arrivedMs - windowMs);
    const status = inWindow.length < amount ? 200 : 429;
    this.#seen.push({ arrivedMs, status });
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? ANSWER : REFUSAL));
  }
}

const ANSWER = {
  model: "strict",
  choices: [{ message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 1 },
};
const REFUSAL = { error: { message: "Too many requests", type: "rate_limit_error" } };

/** The largest number of times in any half-open window of this length. */
export function mostInWindow(timesMs: readonly number[], windowMs: number): number {
  let most = 0;
  for (let first = 0, last = 0; last < timesMs.length; last++) {
    while (timesMs[last]! - timesMs[first]! >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** The smallest distance between two neighbours. */
export function leastDistance(timesMs: readonly number[]): number {
  return Math.min(...timesMs.slice(1).map((time, index) => time - timesMs[index]!));
}
