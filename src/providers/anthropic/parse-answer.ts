import type { ToolCall } from "../../core/chat.ts";
import { makeId } from "../../core/id.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { AnswerCollector } from "../answer-collector.ts";
import type { ProviderAnswer } from "../provider.ts";
import { definedCounts, sumCounts, tokenCount } from "../token-count.ts";
import { malformedAnswer } from "../transport-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/** A message as far as we read it. Blocks that we do not know (thinking among them) are passed over. */
export interface UpstreamMessage {
  readonly model?: string;
  readonly content?: readonly UpstreamBlock[];
  readonly stop_reason?: string | null;
  readonly usage?: UpstreamUsage | null;
}

/** A block of a message's content. */
export interface UpstreamBlock {
  readonly type?: string;
  readonly text?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
}

/** The counts of an answer; null or absent are those that did not occur or are not known yet. */
export interface UpstreamUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number } | null;
}

/**
 * The answer in a message.
 * @throws {AttemptError} `SERVER_ERROR` when there is none in it.
 */
export function parseAnswer(body: unknown, response: UpstreamResponse): ProviderAnswer {
  const headers = response.headers.record;
  const message = (body ?? {}) as UpstreamMessage;
  if (!Array.isArray(message.content)) throw malformedAnswer("it holds no content", response);

  const answer = new AnswerCollector();
  for (const block of message.content as readonly UpstreamBlock[]) {
    if (block.type === "text") answer.addText(block.text ?? "");
    if (block.type === "tool_use")
      answer.addToolCall(convertToolUse(block, JSON.stringify(block.input ?? {})));
  }
  const word = message.stop_reason ?? "";
  answer.setFinish(mapFinishReason(word), word);
  answer.usage = convertUsage(message.usage);
  answer.responseModel = message.model;
  return answer.build({ status: response.status, headers });
}

/** A tool call with its arguments as the model wrote them. */
export function convertToolUse({ id, name }: UpstreamBlock, argumentsJson: string): ToolCall {
  return { id: id || makeId("call"), name: name ?? "", argumentsJson };
}

/** The counts under our names. Anthropic counts the cached input apart; ours includes it. */
export function convertUsage(usage: UpstreamUsage | null | undefined): TokenUsage {
  if (!usage) return {};
  const { cache_read_input_tokens: read, cache_creation_input_tokens: written } = usage;
  const input = tokenCount(usage.input_tokens);
  return definedCounts<TokenUsage>({
    inputTokens: input === undefined ? undefined : sumCounts(input, read, written),
    outputTokens: tokenCount(usage.output_tokens),
    cachedInputTokens: tokenCount(read),
    cacheWriteInputTokens: tokenCount(written),
    reasoningTokens: tokenCount(usage.output_tokens_details?.thinking_tokens),
  });
}
