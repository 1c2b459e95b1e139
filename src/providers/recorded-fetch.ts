import type { CallGuard } from "./call-guard.ts";
import { PacedBody } from "./paced-body.ts";
import { malformedAnswer } from "./transport-error.ts";
import type { UpstreamAgent, UpstreamRequest } from "./upstream-agent.ts";
import { ensureSuccess } from "./upstream-error.ts";
import type { UpstreamResponse } from "./upstream-response.ts";

/**
 * One request of an SDK that knows no `fetch` but the platform's, made with ours, and what came of it: such an SDK keeps
 * headers to itself and makes one vague error of all that goes wrong.
 */
export class RecordedFetch {
  readonly #agent: UpstreamAgent;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #guard: CallGuard;
  #response: UpstreamResponse | undefined;
  #body: PacedBody | undefined;
  #failure: unknown;

  /** `headers` are laid over those of the SDK. */
  constructor(options: {
    readonly agent: UpstreamAgent;
    readonly headers: Readonly<Record<string, string>>;
    readonly guard: CallGuard;
  }) {
    this.#agent = options.agent;
    this.#headers = options.headers;
    this.#guard = options.guard;
  }

  /** The answer; there is one once {@link run} has fulfilled. */
  get response(): UpstreamResponse {
    if (this.#response === undefined) throw new Error("the SDK has made no request through the given fetch");
    return this.#response;
  }

  /** Why the request or the reading of its answer failed; undefined when it did not. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Starts an SDK call that takes this fetch for the platform's. The platform's is replaced only while `start` runs
   * synchronously, so nobody else can meet the replacement; the SDK must have picked it up by its first `await`.
   */
  async run<Result>(start: () => Promise<Result>): Promise<Result> {
    const platformFetch = globalThis.fetch;
    globalThis.fetch = this.#fetch as unknown as typeof fetch;
    let running: Promise<Result>;
    try {
      running = start();
    } finally {
      globalThis.fetch = platformFetch;
    }
    try {
      return await running;
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** The values that the SDK makes of a streamed body, at the pace of their consumer. */
  pace<Value>(values: AsyncIterable<Value>): AsyncIterable<Value> {
    return this.#body === undefined ? values : this.#body.pace(values);
  }

  readonly #fetch = (url: string, init: UpstreamRequest): Promise<unknown> => {
    const headers = { ...Object.fromEntries(init.headers as Headers), ...this.#headers };
    return this.#record(async () => {
      const response = await this.#agent.fetch(url, { ...init, headers });
      this.#response = await ensureSuccess(response);
      return this.#forSdk(response);
    });
  };

  /** The answer as the SDK wants it: `json()` for a whole one, a web stream for a streamed one. */
  #forSdk(response: UpstreamResponse): unknown {
    return new AnswerForSdk(
      () => this.#record(async () => objectIn(await response.json(), response)),
      () => {
        this.#body ??= new PacedBody(this.#recordPieces(response.watchedBy(this.#guard).body));
        return this.#body.stream;
      },
    );
  }

  async #record<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  async *#recordPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* pieces;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}

/** A class, since in V8 a literal with a getter stays in memory, with all that it refers to, until a full collection. */
class AnswerForSdk {
  readonly ok = true;
  readonly json: () => Promise<object>;
  readonly #openBody: () => unknown;

  constructor(json: () => Promise<object>, openBody: () => unknown) {
    this.json = json;
    this.#openBody = openBody;
  }

  get body(): unknown {
    return this.#openBody();
  }
}

/** The SDK breaks over anything else. */
function objectIn(value: unknown, response: UpstreamResponse): object {
  if (typeof value === "object" && value !== null) return value;
  throw malformedAnswer("it is not a JSON object", response);
}
