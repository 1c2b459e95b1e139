import type { Dispatcher } from "undici";
import type { CallGuard } from "./call-guard.ts";
import { malformedAnswer } from "./transport-error.ts";
import { UpstreamHeaders } from "./upstream-headers.ts";

/**
 * An answer of undici's `request` with as much of the fetch `Response` interface as the SDKs use. Its body stays a Node
 * stream: the SDKs read any async iterable, and so a web stream need not be made.
 */
export class UpstreamResponse {
  readonly status: number;
  readonly statusText: string;
  readonly ok: boolean;
  readonly url: string;
  readonly headers: UpstreamHeaders;
  /** The body's pieces; to be read once. */
  body: AsyncIterable<Uint8Array>;
  readonly #stream: Dispatcher.ResponseData["body"];

  constructor(url: string, response: Dispatcher.ResponseData) {
    this.url = url;
    this.status = response.statusCode;
    this.statusText = response.statusText ?? "";
    this.ok = response.statusCode >= 200 && response.statusCode < 300;
    this.headers = new UpstreamHeaders(response.headers);
    this.#stream = response.body;
    this.body = response.body;
    // A body that breaks before anyone reads it must not end the process: whoever reads it later gets the error.
    this.#stream.on("error", ignore);
  }

  /** The whole body. */
  text(): Promise<string> {
    return this.#stream.text();
  }

  /**
   * The value of the whole body.
   * @throws {AttemptError} `SERVER_ERROR` when it is not JSON.
   */
  async json(): Promise<unknown> {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch {
      throw malformedAnswer("it is not JSON", this);
    }
  }

  /**
   * Lets `guard` measure the silence between the body's pieces. It does so here and not between the events that the
   * SDKs make of them, since those keep the provider's signs of life (pings, comments) to themselves.
   */
  watchedBy(guard: CallGuard): this {
    this.body = guard.watch(this.#stream);
    return this;
  }
}

function ignore(): void {}
