import { trimBaseUrl } from "../base-url.ts";
import { revealHeaders, secretsOf } from "../connection-secrets.ts";
import type {
  Provider,
  ProviderAnswer,
  ProviderCall,
  ProviderConnection,
  ProviderEvent,
  ProviderOptions,
} from "../provider.ts";
import { type CallFrame, runStream, runUnary } from "../run-call.ts";
import { UpstreamAgent } from "../upstream-agent.ts";
import { ensureSuccess } from "../upstream-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { convertRequest, type OllamaBody } from "./convert-request.ts";
import { mapError } from "./map-error.ts";
import { parseAnswer } from "./parse-answer.ts";
import { parseStream } from "./parse-stream.ts";

const DEFAULT_BASE_URL = "http://127.0.0.1:11434";

/** Ollama by its native API. */
export class OllamaProvider implements Provider {
  readonly #agent = new UpstreamAgent();
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #frame: CallFrame;

  constructor(connection: ProviderConnection, options: ProviderOptions) {
    // Addresses are often written for Ollama's OpenAI endpoint, which lies beneath `/v1`.
    this.#url = `${trimBaseUrl(trimBaseUrl(connection.baseUrl ?? DEFAULT_BASE_URL, "/v1"), "/api")}/api/chat`;
    this.#headers = {
      "content-type": "application/json",
      ...(connection.apiKey !== undefined && { authorization: `Bearer ${connection.apiKey.reveal()}` }),
      ...revealHeaders(connection),
    };
    this.#frame = { clock: options.clock, secrets: secretsOf(connection), mapError };
  }

  complete(call: ProviderCall): Promise<ProviderAnswer> {
    return runUnary(this.#frame, call, async (guard) => {
      const response = await this.#post(convertRequest(call, false), guard.signal);
      return parseAnswer(await response.json(), response);
    });
  }

  stream(call: ProviderCall): AsyncIterable<ProviderEvent> {
    const post = (body: OllamaBody, signal: AbortSignal) => this.#post(body, signal);
    return runStream(this.#frame, call, async function* (guard) {
      const response = await post(convertRequest(call, true), guard.signal);
      yield { kind: "started", headers: response.headers.record };
      yield* parseStream(response, guard);
    });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  async #post(body: OllamaBody, signal: AbortSignal): Promise<UpstreamResponse> {
    const request = { method: "POST", headers: this.#headers, body: JSON.stringify(body), signal };
    return ensureSuccess(await this.#agent.fetch(this.#url, request));
  }
}
