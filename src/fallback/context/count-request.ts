import type { ChatRequest } from "../../core/chat.ts";

/**
 * Input tokens of a whole request, tools and overheads included, as the model at hand is going to count them; rather
 * too many than too few. It may sample long texts, so that it takes bounded time.
 */
export type CountRequest = (request: ChatRequest) => number;

/** Tokens that the input may have: what the context, and the scarcest limit, leave beside the output. */
export function inputBudgetTokens(options: {
  /** Undefined: not known. */
  readonly contextWindowTokens: number | undefined;
  /** The least that a token limit ever lets pass. Undefined: no token limit. */
  readonly tokenCap: number | undefined;
  readonly outputTokens: number;
}): number {
  const { contextWindowTokens, tokenCap, outputTokens } = options;
  const roomTokens = Math.min(
    contextWindowTokens ?? Number.POSITIVE_INFINITY,
    tokenCap ?? Number.POSITIVE_INFINITY,
  );
  return Math.max(0, roomTokens - outputTokens);
}
