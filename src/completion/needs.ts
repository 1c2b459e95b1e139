import type { ChatRequest } from "../core/chat.ts";
import type { RequestNeeds } from "../fallback/verdict.ts";

/** What a request asks of every candidate. */
export function needsOf(
  request: ChatRequest,
  options: {
    readonly streaming: boolean;
    readonly maxWaitMs: number;
    readonly remainingMs: number | undefined;
  },
): RequestNeeds {
  return {
    capabilities: {
      tools: request.tools.length > 0,
      images: request.messages.some(({ parts }) => parts.some(({ kind }) => kind === "image")),
      jsonSchema: request.responseFormat?.kind === "json_schema",
      streaming: options.streaming,
    },
    maxOutputTokens: request.maxOutputTokens,
    maxWaitMs: options.maxWaitMs,
    remainingMs: options.remainingMs,
  };
}
