/** Tokens of one call. A count that nobody reported is `undefined`, never 0. */
export interface TokenUsage {
  /** All input tokens, the cached ones included. */
  readonly inputTokens?: number;
  /** All output tokens, the reasoning ones included. */
  readonly outputTokens?: number;
  /** The part of the input that was read from the provider's cache. */
  readonly cachedInputTokens?: number;
  /** The part of the input that was written to the provider's cache, where it is priced apart. */
  readonly cacheWriteInputTokens?: number;
  /** The part of the output that was spent on reasoning. */
  readonly reasoningTokens?: number;
  /** True when Headway counted and not the provider, as for a cut stream. */
  readonly estimated?: boolean;
}

/** The counts of a {@link TokenUsage}, by their names. */
export const TOKEN_KINDS = [
  "inputTokens",
  "outputTokens",
  "cachedInputTokens",
  "cacheWriteInputTokens",
  "reasoningTokens",
] as const satisfies readonly (keyof TokenUsage)[];

/** Input and output together; an unknown side counts as nothing. */
export function totalTokens(usage: TokenUsage): number {
  return (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
}
