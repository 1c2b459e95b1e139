import type { ToolCall } from "../../core/chat.ts";
import { makeId } from "../../core/id.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { AnswerCollector } from "../answer-collector.ts";
import type { ProviderAnswer } from "../provider.ts";
import { definedCounts, tokenCount } from "../token-count.ts";
import { malformedAnswer } from "../transport-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/** An answer, or a piece of a streamed one, as far as we read it. */
export interface UpstreamAnswer {
  readonly model?: string;
  readonly message?: {
    readonly content?: string;
    readonly thinking?: string;
    readonly tool_calls?: readonly UpstreamToolCall[];
  };
  /** True in the last piece. */
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
  /** An error inside a stream that began well. */
  readonly error?: unknown;
}

interface UpstreamToolCall {
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: unknown };
}

/**
 * The answer of a unary call.
 * @throws {AttemptError} `SERVER_ERROR` when there is none in it.
 */
export function parseAnswer(body: unknown, response: UpstreamResponse): ProviderAnswer {
  const headers = response.headers.record;
  const { message, ...rest } = (body ?? {}) as UpstreamAnswer;
  if (!message) throw malformedAnswer("it holds no message", response);

  const answer = new AnswerCollector();
  answer.addText(message.content ?? "");
  const toolCalls = message.tool_calls ?? [];
  for (const toolCall of toolCalls) answer.addToolCall(convertToolCall(toolCall));
  const word = rest.done_reason ?? "";
  answer.setFinish(mapFinishReason(word, toolCalls.length > 0), word);
  answer.usage = convertUsage(rest);
  answer.responseModel = rest.model;
  return answer.build({ status: response.status, headers });
}

/** A tool call; older versions give it no id. */
export function convertToolCall({ id, function: called }: UpstreamToolCall): ToolCall {
  const { name = "", arguments: value = {} } = called ?? {};
  return {
    id: id || makeId("call"),
    name,
    argumentsJson: typeof value === "string" ? value : JSON.stringify(value),
  };
}

/** The counts under our names. */
export function convertUsage({ prompt_eval_count: input, eval_count: output }: UpstreamAnswer): TokenUsage {
  return definedCounts<TokenUsage>({ inputTokens: tokenCount(input), outputTokens: tokenCount(output) });
}
