import type { Headway } from "../headway.ts";
import { HeadwayError } from "../headway-error.ts";
import type { Slot } from "../slot.ts";
import type { SlotRequest } from "../slot-request.ts";
import { observeEvents, usageOfJson } from "./observe-body.ts";
import { type ProviderCall, readProviderCall } from "./provider-call.ts";
import { refusalResponse } from "./refusal-response.ts";

/** Settings of {@link headwayFetch}. */
export interface HeadwayFetchOptions
  extends Pick<SlotRequest, "maxWaitMs" | "leaseMs" | "priority" | "tags"> {
  /** The provider's key in Headway's config. Default: by the API that is called, `openai`, `anthropic` or `gemini`. */
  readonly provider?: string;
  /** The model in Headway of a model at the provider. Default: `provider/model`. */
  readonly modelOf?: (upstreamModel: string) => string;
  /** When Headway cannot be reached: `fail` answers 503, `proceed` calls the provider all the same. Default `fail`. */
  readonly onUnavailable?: "fail" | "proceed";
  /** What makes the calls. Default: the built-in fetch. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A fetch that reserves before and settles after each call of a model. */
export interface HeadwayFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Calls that went on without a slot because Headway could not be reached. */
  readonly proceededCount: number;
}

/**
 * Wraps fetch for the SDKs of providers: `new OpenAI({ fetch: headwayFetch(headway) })`. Each call of a model waits for
 * its slot and is settled with the usage and the rate-limit headers of the answer; a stream when it ends. Other requests
 * pass untouched. A refusal becomes a response with status 429 (or 400, 401, 403, 404, 503) and the header
 * `x-headway-reason`, which the SDK throws as its own error and does not retry.
 */
export function headwayFetch(headway: Headway, options: HeadwayFetchOptions = {}): HeadwayFetch {
  const { fetch: upstream = globalThis.fetch, onUnavailable = "fail" } = options;
  let proceededCount = 0;

  const fetchInSlot = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const call = await readCall(input, init);
    if (call === undefined) return await upstream(input, init);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    let slot: Slot;
    try {
      slot = await headway.acquireSlot(slotRequestOf(call, options), { signal });
    } catch (error) {
      if (!(error instanceof HeadwayError)) throw error;
      if (!error.isUnavailable || onUnavailable === "fail") return refusalResponse(error);
      proceededCount++;
      process.emitWarning(
        `Headway cannot be reached, a call goes on without it: ${error.message}`,
        "HeadwayWarning",
      );
      return await upstream(input, init);
    }
    return await callInSlot(slot, call, () => upstream(input, { ...init, body: call.body }));
  };
  return Object.defineProperty(fetchInSlot, "proceededCount", { get: () => proceededCount }) as HeadwayFetch;
}

async function readCall(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<ProviderCall | undefined> {
  const isRequest = input instanceof Request;
  if ((init?.method ?? (isRequest ? input.method : "GET")).toUpperCase() !== "POST") return undefined;
  const body = init?.body ?? (isRequest ? await input.clone().text() : undefined);
  if (typeof body !== "string") return undefined;
  return readProviderCall(isRequest ? input.url : String(input), body);
}

function slotRequestOf(call: ProviderCall, options: HeadwayFetchOptions): SlotRequest {
  const { modelOf = (model) => `${options.provider ?? call.wire}/${model}` } = options;
  const { maxWaitMs, leaseMs, priority, tags } = options;
  const { inputTokens, maxOutputTokens } = call;
  return {
    models: modelOf(call.upstreamModel),
    inputTokens,
    maxOutputTokens,
    maxWaitMs,
    leaseMs,
    priority,
    tags,
  };
}

async function callInSlot(slot: Slot, call: ProviderCall, send: () => Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await send();
  } catch (error) {
    if (wasNeverSent(error)) await slot.release().catch(() => {});
    await slot[Symbol.asyncDispose]();
    throw error;
  }
  const { status: statusCode, headers, body, ok } = response;
  slot.report({ statusCode, headers });
  if (!ok || body === null) {
    await slot.settleInBackground({ outcome: statusCode === 429 ? "rate_limited" : ok ? "succeeded" : "failed" });
    return response;
  }
  if (headers.get("content-type")?.includes("text/event-stream")) {
    const observed = observeEvents(body, call, ({ isWhole, usage }) =>
      slot.settleInBackground({ usage, outcome: isWhole ? "succeeded" : "failed" }),
    );
    return likewise(response, observed);
  }
  try {
    const text = await response.text();
    await slot.settleInBackground({ usage: usageOfJson(text, call) });
    return likewise(response, text);
  } catch (error) {
    await slot[Symbol.asyncDispose]();
    throw error;
  }
}

/** The response with another body, which is not compressed any more. */
function likewise(
  { status, statusText, headers, url }: Response,
  body: ReadableStream<Uint8Array> | string,
): Response {
  const plain = new Headers(headers);
  plain.delete("content-encoding");
  plain.delete("content-length");
  return Object.defineProperty(new Response(body, { status, statusText, headers: plain }), "url", {
    value: url,
  });
}

/** Whether the connection was refused or its host not found, so that the provider cannot have seen the call. */
function wasNeverSent(error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown } } | undefined)?.cause;
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(String(cause?.code));
}
