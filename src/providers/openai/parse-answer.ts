import { APIError } from "openai";
import type { ToolCall } from "../../core/chat.ts";
import { makeId } from "../../core/id.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { AnswerCollector } from "../answer-collector.ts";
import type { ProviderAnswer } from "../provider.ts";
import { definedCounts, tokenCount } from "../token-count.ts";
import { malformedAnswer } from "../transport-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/** A chat completion as far as we read it. Servers differ, so nothing in it is sure to be there. */
interface Completion {
  readonly model?: string;
  readonly choices?: readonly Choice[];
  readonly usage?: UpstreamUsage | null;
  /** Some gateways answer 200 with an error inside. */
  readonly error?: object;
}

interface Choice {
  readonly message?: {
    readonly content?: string | null;
    readonly refusal?: string | null;
    readonly tool_calls?: readonly UpstreamToolCall[] | null;
  };
  readonly finish_reason?: string | null;
}

/** A tool call, whole or (in a stream) a fragment of one. */
export interface UpstreamToolCall {
  readonly index?: number;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown };
}

/** The counts of an answer. */
export interface UpstreamUsage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number;
    readonly cache_write_tokens?: number;
  } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
  /** DeepSeek's name for the cached part. */
  readonly prompt_cache_hit_tokens?: number;
}

/**
 * The answer in a chat completion.
 * @throws {AttemptError} `SERVER_ERROR` when there is none in it.
 */
export function parseAnswer(body: unknown, response: UpstreamResponse): ProviderAnswer {
  const headers = response.headers.record;
  const completion = (body ?? {}) as Completion;
  if (completion.error) throw new APIError(undefined, completion.error, undefined, undefined);
  const choice = completion.choices?.[0];
  if (!choice?.message) throw malformedAnswer("it holds no message", response);

  const answer = new AnswerCollector();
  const { content, refusal, tool_calls: toolCalls } = choice.message;
  if (typeof content === "string") answer.addText(content);
  if (refusal) answer.addText(refusal);
  for (const toolCall of toolCalls ?? []) answer.addToolCall(convertToolCall(toolCall));
  const word = choice.finish_reason ?? "";
  answer.setFinish(refusal ? "content_filter" : mapFinishReason(word), word);
  answer.usage = convertUsage(completion.usage);
  answer.responseModel = completion.model;
  return answer.build({ status: response.status, headers });
}

/** A whole tool call. */
export function convertToolCall({ id, function: called }: UpstreamToolCall): ToolCall {
  return {
    id: id || makeId("call"),
    name: called?.name ?? "",
    argumentsJson: argumentsText(called?.arguments),
  };
}

/** Arguments as text; some servers send them as an object. */
export function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/** The counts under our names. OpenAI's input includes the cached part and its output the reasoning, as ours do. */
export function convertUsage(usage: UpstreamUsage | null | undefined): TokenUsage {
  if (!usage) return {};
  const { prompt_tokens_details: input, completion_tokens_details: output } = usage;
  return definedCounts<TokenUsage>({
    inputTokens: tokenCount(usage.prompt_tokens),
    outputTokens: tokenCount(usage.completion_tokens),
    cachedInputTokens: tokenCount(input?.cached_tokens ?? usage.prompt_cache_hit_tokens),
    cacheWriteInputTokens: tokenCount(input?.cache_write_tokens),
    reasoningTokens: tokenCount(output?.reasoning_tokens),
  });
}
