import { Agent } from "undici";
import { UpstreamResponse } from "./upstream-response.ts";

/** How long an idle connection is kept when the server does not say: a TLS handshake costs more than a short call. */
const KEEP_ALIVE_MS = 30_000;
/** No answer of a model is near this size; a server that sends one is broken, and must not fill our memory. */
const MAX_RESPONSE_BYTES = 64 * 2 ** 20;

/** What the SDKs and we ask of a fetch. */
export interface UpstreamRequest {
  readonly method?: string;
  /** By name, or as the SDKs' `Headers`; undici takes an array for names and values in turn. */
  readonly headers?: Readonly<Record<string, string>> | Headers;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/**
 * The connections of one provider: a pool of kept-alive HTTP/1.1 connections per origin, as many as there are calls,
 * and a `fetch` over them that costs a fraction of the built-in one. It knows no timeouts: those are the call's.
 */
export class UpstreamAgent {
  readonly #agent = makeAgent();
  #closing: Promise<void> | undefined;

  /** Sends a request; follows no redirects. An aborted signal closes the connection, also while the body is read. */
  readonly fetch = async (url: string | URL, init: UpstreamRequest): Promise<UpstreamResponse> => {
    const { pathname, search, origin } = typeof url === "string" ? new URL(url) : url;
    const isLate = this.#closing !== undefined;
    const agent = isLate ? makeAgent() : this.#agent;
    const response = await agent.request({
      origin,
      path: pathname + search,
      method: init.method ?? "GET",
      headers: init.headers as Record<string, string>,
      body: init.body ?? null,
      signal: init.signal ?? null,
      reset: isLate,
    });
    return new UpstreamResponse(String(url), response);
  };

  /**
   * Lets running requests end, then closes the connections; again is the same. A request afterwards has a connection of its
   * own, which is closed with it.
   */
  close(): Promise<void> {
    this.#closing ??= this.#agent.close();
    return this.#closing;
  }
}

function makeAgent(): Agent {
  return new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
}

/** An SDK takes our fetch for the platform's: it is one in all that the SDKs use of it. */
export function asPlatformFetch(agent: UpstreamAgent): typeof fetch {
  return agent.fetch as unknown as typeof fetch;
}
