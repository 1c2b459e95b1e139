import type { Clock } from "../../../src/core/clock.ts";
import { SystemClock } from "../../../src/core/clock.ts";
import { Secret } from "../../../src/core/secret.ts";
import { AnthropicProvider } from "../../../src/providers/anthropic/provider.ts";
import { GeminiProvider } from "../../../src/providers/gemini/provider.ts";
import { OllamaProvider } from "../../../src/providers/ollama/provider.ts";
import { OPENAI_COMPATIBLE_DIALECT, OPENAI_DIALECT } from "../../../src/providers/openai/convert-request.ts";
import { OpenAiProvider } from "../../../src/providers/openai/provider.ts";
import type { Provider, ProviderConnection } from "../../../src/providers/provider.ts";

/** The key that every provider under test is given. */
export const TEST_KEY = "test-key-0123456789";

/** A provider that speaks over the network, as the contract suite and the socket tests run it. */
export interface UpstreamKind {
  readonly name: "openai" | "openai_compatible" | "anthropic" | "gemini" | "ollama";
  /** What follows the server's address in the base URL. */
  readonly basePath: string;
  readonly make: (connection: ProviderConnection, options: { clock: Clock }) => Provider;
  /** Bytes of a streamed answer: pieces with text, then its end. */
  readonly wire: StreamWire;
}

/** How a provider writes a streamed answer. */
export interface StreamWire {
  readonly contentType: string;
  /** What comes before the first piece, if anything. */
  readonly head: string;
  readonly piece: (text: string) => string;
  readonly end: string;
  /** A sign of life that is no piece; undefined where the wire has none. */
  readonly keepAlive: string | undefined;
}

const sse = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const sseEvent = (data: { type: string }) => `event: ${data.type}\n${sse(data)}`;
const line = (data: object) => `${JSON.stringify(data)}\n`;

const OPENAI_WIRE: StreamWire = {
  contentType: "text/event-stream",
  head: sse({ choices: [{ delta: { role: "assistant", content: "" } }] }),
  piece: (content) => sse({ choices: [{ delta: { content } }] }),
  end: `${sse({ choices: [{ delta: {}, finish_reason: "stop" }] })}data: [DONE]\n\n`,
  keepAlive: ": keep-alive\n\n",
};
const ANTHROPIC_WIRE: StreamWire = {
  contentType: "text/event-stream",
  head: sseEvent({ type: "message_start", message: { model: "m", usage: { input_tokens: 3 } } } as {
    type: string;
  }),
  piece: (text) =>
    sseEvent({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } } as {
      type: string;
    }),
  end: sseEvent({ type: "message_stop" }),
  keepAlive: sseEvent({ type: "ping" }),
};
const GEMINI_WIRE: StreamWire = {
  contentType: "text/event-stream",
  head: "",
  piece: (text) => sse({ candidates: [{ content: { parts: [{ text }] } }] }),
  end: sse({ candidates: [{ finishReason: "STOP" }] }),
  keepAlive: undefined,
};
const OLLAMA_WIRE: StreamWire = {
  contentType: "application/x-ndjson",
  head: "",
  piece: (content) => line({ message: { content }, done: false }),
  end: line({ message: { content: "" }, done: true, done_reason: "stop" }),
  keepAlive: "\n",
};

/** Every provider that speaks over the network. */
export const UPSTREAM_KINDS: readonly UpstreamKind[] = [
  {
    name: "openai",
    basePath: "/v1",
    make: (connection, options) => new OpenAiProvider(connection, { ...options, dialect: OPENAI_DIALECT }),
    wire: OPENAI_WIRE,
  },
  {
    name: "openai_compatible",
    basePath: "/v1",
    make: (connection, options) =>
      new OpenAiProvider(connection, { ...options, dialect: OPENAI_COMPATIBLE_DIALECT }),
    wire: OPENAI_WIRE,
  },
  {
    name: "anthropic",
    basePath: "",
    make: (connection, options) => new AnthropicProvider(connection, options),
    wire: ANTHROPIC_WIRE,
  },
  {
    name: "gemini",
    basePath: "",
    make: (connection, options) => new GeminiProvider(connection, options),
    wire: GEMINI_WIRE,
  },
  {
    name: "ollama",
    basePath: "",
    make: (connection, options) => new OllamaProvider(connection, options),
    wire: OLLAMA_WIRE,
  },
];

/** A provider of this kind that calls the server at `url`. */
export function makeProvider(kind: UpstreamKind, url: string, clock: Clock = new SystemClock()): Provider {
  return kind.make({ baseUrl: url + kind.basePath, apiKey: new Secret(TEST_KEY), headers: {} }, { clock });
}
