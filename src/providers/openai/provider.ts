import OpenAI, { type ClientOptions } from "openai";
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
import { asPlatformFetch, UpstreamAgent, type UpstreamRequest } from "../upstream-agent.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { convertRequest, type OpenAiDialect } from "./convert-request.ts";
import { mapError } from "./map-error.ts";
import { parseAnswer } from "./parse-answer.ts";
import { parseStream } from "./parse-stream.ts";

const DEFAULT_BASE_URL = "https://api.openai.com/v1";
/** Hosts of Azure, which want the key in a header of its own. */
const AZURE_HOST = /\.(openai|cognitiveservices|services\.ai)\.azure\.(com|us|cn)$/;

/** OpenAI, Azure OpenAI and every server that speaks the chat completions API. */
export class OpenAiProvider implements Provider {
  readonly #agent = new UpstreamAgent();
  readonly #client: FramedClient;
  readonly #dialect: OpenAiDialect;
  readonly #frame: CallFrame;

  /** `dialect` says how the server differs: the choice between `openai` and `openai_compatible` in the config. */
  constructor(
    connection: ProviderConnection,
    options: ProviderOptions & { readonly dialect: OpenAiDialect },
  ) {
    this.#client = makeClient(connection, this.#agent);
    this.#dialect = options.dialect;
    this.#frame = { clock: options.clock, secrets: secretsOf(connection), mapError };
  }

  complete(call: ProviderCall): Promise<ProviderAnswer> {
    return runUnary(this.#frame, call, async (guard) => {
      const body = convertRequest(call, this.#dialect, false);
      const response = await this.#client.chat.completions
        .create(body, { signal: guard.signal })
        .asResponse();
      const upstream = response as unknown as UpstreamResponse;
      return parseAnswer(await upstream.json(), upstream);
    });
  }

  stream(call: ProviderCall): AsyncIterable<ProviderEvent> {
    const client = this.#client;
    const dialect = this.#dialect;
    return runStream(this.#frame, call, async function* (guard) {
      const body = convertRequest(call, dialect, true);
      const { data, response } = await client.chat.completions
        .create(body, { signal: guard.signal })
        .withResponse();
      const upstream = (response as unknown as UpstreamResponse).watchedBy(guard);
      yield { kind: "started", headers: upstream.headers.record };
      yield* parseStream(data as AsyncIterable<unknown>, upstream, guard);
    });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

type BuiltRequest = Awaited<ReturnType<OpenAI["buildRequest"]>>;

/** What all requests have in common. */
interface Frame {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the SDK looks at on the way; {@link FramedClient.fetchWithTimeout} sends the headers of the frame. */
const NO_HEADERS = new Headers();

/**
 * The SDK's client for one kind of request, of which each has a body of its own and all else in common. The SDK makes
 * address and headers anew for each, and a timer and a controller: together a good part of what a short Complete took.
 * Here it makes them once, and time limits are the call's, whose signal the request has.
 */
class FramedClient extends OpenAI {
  readonly #agent: UpstreamAgent;
  #frame: Frame | undefined;

  /** `agent` makes the requests. */
  constructor(agent: UpstreamAgent, options: Omit<ClientOptions, "fetch" | "maxRetries" | "timeout">) {
    super({ ...options, maxRetries: 0, timeout: MAX_TIMER_MS, fetch: asPlatformFetch(agent) });
    this.#agent = agent;
  }

  override async buildRequest(...asked: Parameters<OpenAI["buildRequest"]>): Promise<BuiltRequest> {
    const [{ body, signal = null }] = asked;
    this.#frame ??= frameOf(await super.buildRequest(...asked));
    const req = { method: "POST", headers: NO_HEADERS, body: JSON.stringify(body), signal };
    return { req, url: this.#frame.url.href, timeout: MAX_TIMER_MS };
  }

  override async fetchWithTimeout(...[, init]: Parameters<OpenAI["fetchWithTimeout"]>): Promise<Response> {
    const { url, headers } = this.#frame!;
    const response = await this.#agent.fetch(url, { ...(init as UpstreamRequest), headers });
    return response as unknown as Response;
  }
}

function frameOf({ req, url }: BuiltRequest): Frame {
  return { url: new URL(url), headers: Object.fromEntries(req.headers) };
}

function makeClient(connection: ProviderConnection, agent: UpstreamAgent): FramedClient {
  const url = new URL(connection.baseUrl ?? DEFAULT_BASE_URL);
  // Azure's addresses carry `?api-version=…`, which belongs behind the path that the SDK appends.
  const defaultQuery = Object.fromEntries(url.searchParams);
  const apiKey = connection.apiKey?.reveal();
  return new FramedClient(agent, {
    baseURL: trimBaseUrl(url.origin + url.pathname),
    apiKey: apiKey ?? "none",
    // Not from the environment: a base URL may lead to somebody whom they do not concern.
    adminAPIKey: null,
    organization: null,
    project: null,
    defaultQuery,
    defaultHeaders: { ...authHeaders(url, apiKey), ...revealHeaders(connection) },
    // The SDK would log pieces of an answer that it cannot read.
    logLevel: "off",
  });
}

/**
 * Headers in place of the SDK's `Authorization`, where the server wants another or none; null takes it away.
 */
export function authHeaders(url: URL, apiKey: string | undefined): Record<string, string | null> {
  if (apiKey === undefined) return { Authorization: null };
  return AZURE_HOST.test(url.hostname) ? { Authorization: null, "api-key": apiKey } : {};
}
