import Anthropic from "@anthropic-ai/sdk";
import { MAX_TIMER_MS } from "../../core/clock.ts";
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
import { asPlatformFetch, UpstreamAgent } from "../upstream-agent.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { convertRequest } from "./convert-request.ts";
import { mapError } from "./map-error.ts";
import { parseAnswer } from "./parse-answer.ts";
import { parseStream } from "./parse-stream.ts";

const DEFAULT_BASE_URL = "https://api.anthropic.com";

/** Anthropic's messages API. */
export class AnthropicProvider implements Provider {
  readonly #agent = new UpstreamAgent();
  readonly #client: Anthropic;
  readonly #frame: CallFrame;

  constructor(connection: ProviderConnection, options: ProviderOptions) {
    this.#client = makeClient(connection, this.#agent);
    this.#frame = { clock: options.clock, secrets: secretsOf(connection), mapError };
  }

  complete(call: ProviderCall): Promise<ProviderAnswer> {
    return runUnary(this.#frame, call, async (guard) => {
      const body = convertRequest(call, false);
      const response = await this.#client.messages.create(body, { signal: guard.signal }).asResponse();
      const upstream = response as unknown as UpstreamResponse;
      return parseAnswer(await upstream.json(), upstream);
    });
  }

  stream(call: ProviderCall): AsyncIterable<ProviderEvent> {
    const client = this.#client;
    return runStream(this.#frame, call, async function* (guard) {
      const body = convertRequest(call, true);
      const { data, response } = await client.messages.create(body, { signal: guard.signal }).withResponse();
      const upstream = (response as unknown as UpstreamResponse).watchedBy(guard);
      yield { kind: "started", headers: upstream.headers.record };
      yield* parseStream(data as AsyncIterable<unknown>, upstream, guard);
    });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

function makeClient(connection: ProviderConnection, agent: UpstreamAgent): Anthropic {
  const apiKey = connection.apiKey?.reveal();
  return new Anthropic({
    // The SDK appends `/v1/messages` itself.
    baseURL: trimBaseUrl(connection.baseUrl ?? DEFAULT_BASE_URL, "/v1"),
    // A placeholder keeps the SDK from looking for credentials in the environment and in files.
    apiKey: apiKey ?? "none",
    defaultHeaders: {
      ...(apiKey === undefined && { Authorization: null }),
      ...revealHeaders(connection),
    },
    maxRetries: 0,
    timeout: MAX_TIMER_MS,
    // The SDK would log pieces of an answer that it cannot read.
    logLevel: "off",
    // The attempt's span is ours.
    openTelemetry: false,
    fetch: asPlatformFetch(agent),
  });
}
