import { type GenerativeModel, GoogleGenerativeAI, type RequestOptions } from "@google/generative-ai";
import { trimBaseUrl } from "../base-url.ts";
import type { CallGuard } from "../call-guard.ts";
import { revealHeaders, secretsOf } from "../connection-secrets.ts";
import type {
  Provider,
  ProviderAnswer,
  ProviderCall,
  ProviderConnection,
  ProviderEvent,
  ProviderOptions,
} from "../provider.ts";
import { RecordedFetch } from "../recorded-fetch.ts";
import { type CallFrame, runStream, runUnary } from "../run-call.ts";
import { UpstreamAgent } from "../upstream-agent.ts";
import { convertRequest } from "./convert-request.ts";
import { mapError } from "./map-error.ts";
import { parseAnswer, type UpstreamAnswer } from "./parse-answer.ts";
import { parseStream } from "./parse-stream.ts";

const DEFAULT_BASE_URL = "https://generativelanguage.googleapis.com";
const DEFAULT_API_VERSION = "v1beta";

/** Google's Gemini API. */
export class GeminiProvider implements Provider {
  readonly #agent = new UpstreamAgent();
  readonly #sdk: GoogleGenerativeAI;
  readonly #requestOptions: RequestOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #frame: CallFrame;

  constructor(connection: ProviderConnection, options: ProviderOptions) {
    this.#sdk = new GoogleGenerativeAI(connection.apiKey?.reveal() ?? "");
    this.#requestOptions = requestOptions(connection.baseUrl ?? DEFAULT_BASE_URL);
    this.#headers = revealHeaders(connection);
    this.#frame = { clock: options.clock, secrets: secretsOf(connection), mapError };
  }

  complete(call: ProviderCall): Promise<ProviderAnswer> {
    return runUnary(this.#frame, call, async (guard) => {
      const body = convertRequest(call);
      const fetch = this.#recordedFetch(guard);
      const result = await fetch.run(() => this.#model(call).generateContent(body, { signal: guard.signal }));
      return parseAnswer(result.response as UpstreamAnswer, fetch.response);
    });
  }

  stream(call: ProviderCall): AsyncIterable<ProviderEvent> {
    const model = this.#model(call);
    return runStream(this.#frame, call, (guard) =>
      streamFrom(model, call, guard, this.#recordedFetch(guard)),
    );
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  #model(call: ProviderCall): GenerativeModel {
    return this.#sdk.getGenerativeModel({ model: call.upstreamModel }, this.#requestOptions);
  }

  #recordedFetch(guard: CallGuard): RecordedFetch {
    return new RecordedFetch({ agent: this.#agent, headers: this.#headers, guard });
  }
}

async function* streamFrom(
  model: GenerativeModel,
  call: ProviderCall,
  guard: CallGuard,
  fetch: RecordedFetch,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const body = convertRequest(call);
  const result = await fetch.run(() => model.generateContentStream(body, { signal: guard.signal }));
  // The SDK collects the answer a second time; nobody waits for that, also not for its failure.
  result.response.catch(() => {});
  yield { kind: "started", headers: fetch.response.headers.record };
  try {
    yield* parseStream(fetch.pace(result.stream as AsyncIterable<UpstreamAnswer>), fetch.response, guard);
  } catch (error) {
    throw fetch.failure ?? error;
  }
}

/** The SDK appends the version of the API itself: it is taken out of an address that holds one. */
function requestOptions(baseUrl: string): RequestOptions {
  const trimmed = trimBaseUrl(baseUrl);
  const apiVersion = /\/(v\d\w*)$/.exec(trimmed)?.[1];
  if (apiVersion === undefined) return { baseUrl: trimmed, apiVersion: DEFAULT_API_VERSION };
  return { baseUrl: trimBaseUrl(trimmed, `/${apiVersion}`), apiVersion };
}
