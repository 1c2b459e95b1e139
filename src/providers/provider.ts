import type { ChatRequest, FinishReason, JsonObject, Message, ToolCall } from "../core/chat.ts";
import type { Clock } from "../core/clock.ts";
import type { Secret } from "../core/secret.ts";
import type { TokenUsage } from "../core/usage.ts";

/** One call of one deployment. */
export interface ProviderCall {
  /** The provider's own name of the model, as `gpt-4o-mini`. */
  readonly upstreamModel: string;
  readonly request: ChatRequest;
  /**
   * The most tokens that the model can write, when it is known. Sent only where the provider demands a limit and the
   * request has none (Anthropic); it never shortens an answer.
   */
  readonly modelMaxOutputTokens?: number;
  /**
   * Options of this provider from the caller, laid over the body as they are: objects are merged key by key, all else
   * replaces; unknown ones are passed on. Two things stay ours: which model is called and whether it streams.
   */
  readonly providerOptions: JsonObject;
  readonly timeouts: CallTimeouts;
  /** Aborts the upstream call: its socket is closed, not merely left behind. */
  readonly signal: AbortSignal;
}

/** Time limits of a call, in milliseconds; each ends it with the reason `TIMEOUT`. */
export interface CallTimeouts {
  /** From the start of the call to the end of the answer. */
  readonly totalMs: number;
  /** From the start of the call to the first piece of a streamed answer. Not used for unary calls. */
  readonly firstTokenMs?: number;
  /**
   * Longest silence of the provider after the first piece of a streamed answer. Any sign of life ends it, also a ping or
   * a comment. While the consumer does not read it does not count. Not used for unary calls.
   */
  readonly idleMs?: number;
}

/** A whole answer: the unified value and the provider's own words side by side. */
export interface ProviderAnswer {
  readonly message: Message;
  readonly finishReason: FinishReason;
  /** The provider's own word, as `end_turn` or `MAX_TOKENS`; empty when it gave none. */
  readonly providerFinishReason: string;
  /** Counts as the provider reported them; empty object when it reported none. */
  readonly usage: TokenUsage;
  /** The model that the provider says has answered, when it says so. */
  readonly responseModel?: string;
  /** HTTP status of the answer, when there was one. */
  readonly statusCode?: number;
  /** HTTP headers with lower-case names, for the rate-limit feedback. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A piece of a streamed answer, in the order of arrival; the last one is `done`. */
export type ProviderEvent =
  /** The answer's head has arrived. */
  | { readonly kind: "started"; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: "delta"; readonly text: string }
  /** A tool call that is complete. */
  | { readonly kind: "tool_call"; readonly toolCall: ToolCall }
  /** Counts as known so far: lets a cut stream be charged by what the provider said. */
  | { readonly kind: "usage"; readonly usage: TokenUsage }
  | { readonly kind: "done"; readonly answer: ProviderAnswer };

/**
 * A provider of models. Each method makes exactly one upstream request: the SDK's own retries are off, so that
 * every attempt is counted and traced. Failures are thrown as {@link AttemptError}, never anything else.
 */
export interface Provider {
  /** @throws {AttemptError} */
  complete(call: ProviderCall): Promise<ProviderAnswer>;
  /**
   * The same as pieces. Ends with `done` or throws; a stream that is cut before its end throws `CONNECTION`.
   * A consumer that stops reading slows the provider down; one that returns early aborts the call.
   * @throws {AttemptError}
   */
  stream(call: ProviderCall): AsyncIterable<ProviderEvent>;
  /**
   * Lets running calls end, then closes the kept-alive connections. Whoever holds the provider still may call it: such a
   * call has a connection of its own.
   */
  close(): Promise<void>;
}

/** What every provider needs beside its connection. */
export interface ProviderOptions {
  /** The time that timeouts are measured with. */
  readonly clock: Clock;
}

/** Where and as whom a provider is called. */
export interface ProviderConnection {
  /** Undefined: the provider's public address. */
  readonly baseUrl?: string;
  /** Undefined where the server wants none. */
  readonly apiKey?: Secret;
  /** Added to every request; they win over those of the provider's SDK. */
  readonly headers: Readonly<Record<string, Secret>>;
}
