import type { JsonObject } from "@bufbuild/protobuf";

/*
 * What the contract suite tells the driver of a language to do: one JSON object a line, with an `id` that the answer
 * repeats. Requests and responses of RPCs are protobuf's JSON. A driver ends when its input does.
 */

/** Headway's address is in the driver's environment, as `HEADWAY_ADDRESS`. */
export type Command =
  | CompleteCommand
  | StreamCommand
  | UsageCommand
  | SlotCommand
  | SdkCommand
  | WorkersCommand
  | MeasureCommand
  | ConnectCommand
  | LangChainCommand;

/** Answers `{response}`. */
export interface CompleteCommand {
  readonly do: "complete";
  readonly request: JsonObject;
  /** Deadline of the call. */
  readonly timeoutMs?: number;
  /** Gives the call up after this time, in the language's own way. */
  readonly cancelAfterMs?: number;
}

/** Answers `{events, text}`: the kinds of events in camel case, and the deltas joined. */
export interface StreamCommand {
  readonly do: "stream";
  readonly request: JsonObject;
  /** Leaves the stream after the first event of this kind. */
  readonly stopAt?: string;
}

/** Answers `{response}`. */
export interface UsageCommand {
  readonly do: "usage";
  readonly request: JsonObject;
}

/** Answers `{model, reservedTokens}`, and `settled` when it was settled by hand. */
export interface SlotCommand {
  readonly do: "slot";
  readonly models: readonly string[];
  readonly inputTokens?: number;
  readonly maxOutputTokens?: number;
  readonly maxWaitMs?: number;
  readonly leaseMs?: number;
  readonly cancelAfterMs?: number;
  /**
   * `settle` by hand after `holdMs`; `report` usage and leave it to the scope; `release`; `forget` to do either;
   * `fail` and `rateLimited`: the call raises; `hold`: keep it as long as the driver lives.
   */
  readonly end: "settle" | "report" | "release" | "forget" | "fail" | "rateLimited" | "hold";
  readonly holdMs?: number;
  /** Tokens of input and output. */
  readonly usage?: readonly [number, number];
}

/** A call by the official SDK through the adoption layer. Answers `{text, usage, proceeded}`. */
export interface SdkCommand {
  readonly do: "sdk";
  readonly sdk: "openai" | "anthropic" | "gemini";
  readonly baseUrl: string;
  readonly model: string;
  readonly stream: boolean;
  readonly prompt: string;
  readonly onUnavailable?: "fail" | "proceed";
  /** Another address of Headway. */
  readonly address?: string;
}

/** `calls` direct calls of `url` in slots by `workers` at a time. Answers `{statuses}`: how many of each. */
export interface WorkersCommand {
  readonly do: "workers";
  readonly workers: number;
  readonly calls: number;
  readonly models: readonly string[];
  readonly url: string;
}

/**
 * `calls` times three direct calls of `url`, one after the other: without a slot, in one, and without again. Answers
 * `{directMs, slotMs, nextMs}`: what each took. The last pays for what a client leaves to be done in the background.
 */
export interface MeasureCommand {
  readonly do: "measure";
  readonly calls: number;
  readonly models: readonly string[];
  readonly url: string;
}

/** An empty Complete by a client of its own, with all that says who calls. Answers `{}`. */
export interface ConnectCommand {
  readonly do: "connect";
  readonly address: string;
  readonly token: string;
  /** Encrypts the connection and trusts this certificate, in PEM. Undefined: plain text. */
  readonly tlsRoot?: string | undefined;
  /** The trace in which the call is made, as W3C Trace Context writes it. */
  readonly traceparent: string;
}

/**
 * A conversation of one prompt by the chat model for LangChain, of the languages that have one. Answers `{text,
 * toolCalls, usage, chunks}`: the names of the tools asked for, tokens of input and output, chunks of the stream.
 */
export interface LangChainCommand {
  readonly do: "langchain";
  readonly model: string;
  readonly prompt: string;
  readonly stream: boolean;
  /** As OpenAI describes tools. */
  readonly tools?: readonly JsonObject[];
}

/**
 * `error` has `code`, `reason`, `metadata`, `retryAfterMs`, `subjects` and `message` of a HeadwayError, or
 * `{cancelled: true}`, or `statusCode`, `reason` (`x-headway-reason`) and `message` of an SDK's error.
 */
export type Answer = { readonly id: number } & ({ readonly ok: JsonObject } | { readonly error: JsonObject });
