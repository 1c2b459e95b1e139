import type { TokenUsage } from "../slot-report.ts";
import type { Wire } from "./provider-call.ts";

type Json = { readonly [key: string]: Json | undefined } & { readonly [key: string]: unknown };

/** Gathers the usage a provider reports in an answer, whole or event by event. */
export class UsageReader {
  readonly #wire: Wire;
  #seen: Record<string, unknown> | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Looks at an answer or at one event of a stream. */
  read(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    const answer = value as Json;
    const usage =
      this.#wire === "gemini"
        ? answer["usageMetadata"]
        : (answer["usage"] ?? answer["response"]?.["usage"] ?? answer["message"]?.["usage"]);
    if (typeof usage !== "object" || usage === null) return;
    // Anthropic tells the input at the start and the output so far later on; with nulls for what it does not repeat.
    const told = Object.entries(usage).filter(([, count]) => count !== null);
    this.#seen = { ...this.#seen, ...Object.fromEntries(told) };
  }

  /** Undefined: the provider reported none. */
  get usage(): TokenUsage | undefined {
    if (this.#seen === undefined) return undefined;
    return USAGE_OF[this.#wire](this.#seen as Json);
  }
}

const USAGE_OF: Record<Wire, (usage: Json) => TokenUsage> = {
  openai: (usage) => {
    const input = usage["prompt_tokens_details"] ?? usage["input_tokens_details"];
    const output = usage["completion_tokens_details"] ?? usage["output_tokens_details"];
    const inputTokens = count(usage["prompt_tokens"] ?? usage["input_tokens"]);
    return {
      inputTokens,
      // Embeddings have no output, and say nothing about it.
      outputTokens: count(usage["completion_tokens"] ?? usage["output_tokens"]) ?? (inputTokens && 0),
      cachedInputTokens: count(input?.["cached_tokens"]),
      reasoningTokens: count(output?.["reasoning_tokens"]),
    };
  },
  anthropic: (usage) => {
    const cached = count(usage["cache_read_input_tokens"]);
    const written = count(usage["cache_creation_input_tokens"]);
    const uncached = count(usage["input_tokens"]);
    return {
      inputTokens: uncached === undefined ? undefined : uncached + (cached ?? 0) + (written ?? 0),
      outputTokens: count(usage["output_tokens"]),
      cachedInputTokens: cached,
      cacheWriteInputTokens: written,
    };
  },
  gemini: (usage) => {
    const prompt = count(usage["promptTokenCount"]);
    const reasoning = count(usage["thoughtsTokenCount"]);
    return {
      inputTokens: prompt === undefined ? undefined : prompt + (count(usage["toolUsePromptTokenCount"]) ?? 0),
      outputTokens: (count(usage["candidatesTokenCount"]) ?? 0) + (reasoning ?? 0),
      cachedInputTokens: count(usage["cachedContentTokenCount"]),
      reasoningTokens: reasoning,
    };
  },
};

function count(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
