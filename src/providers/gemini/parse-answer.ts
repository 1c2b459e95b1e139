import { AttemptError } from "../../core/attempt-error.ts";
import type { ToolCall } from "../../core/chat.ts";
import { makeId } from "../../core/id.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { AnswerCollector } from "../answer-collector.ts";
import type { ProviderAnswer } from "../provider.ts";
import { definedCounts, sumCounts, tokenCount } from "../token-count.ts";
import { malformedAnswer } from "../transport-error.ts";
import { UpstreamStatusError } from "../upstream-error.ts";
import type { UpstreamResponse } from "../upstream-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/** An answer, or a piece of a streamed one, as far as we read it. The SDK's types lack the newer fields. */
export interface UpstreamAnswer {
  readonly candidates?: readonly {
    readonly content?: { readonly parts?: readonly UpstreamPart[] };
    readonly finishReason?: string;
  }[];
  readonly promptFeedback?: { readonly blockReason?: string };
  readonly usageMetadata?: UpstreamUsage;
  readonly modelVersion?: string;
  /** An error inside a stream that began well. */
  readonly error?: { readonly code?: number };
}

/** A part of an answer. */
export interface UpstreamPart {
  readonly text?: string;
  /** True for the model's reasoning, which is not the answer. */
  readonly thought?: boolean;
  readonly functionCall?: { readonly id?: string; readonly name?: string; readonly args?: object };
}

interface UpstreamUsage {
  readonly promptTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
}

/**
 * The answer of a unary call.
 * @throws {AttemptError} `CONTENT_FILTERED` for a refused prompt, `SERVER_ERROR` when there is no answer in it.
 */
export function parseAnswer(body: UpstreamAnswer, response: UpstreamResponse): ProviderAnswer {
  throwIfRefused(body, response);
  const candidate = body.candidates?.[0];
  if (candidate === undefined) throw malformedAnswer("it holds no candidate", response);

  const answer = new AnswerCollector();
  let hasToolCalls = false;
  for (const part of candidate.content?.parts ?? []) {
    if (part.functionCall !== undefined) {
      hasToolCalls = true;
      answer.addToolCall(convertFunctionCall(part.functionCall));
    } else if (!part.thought) answer.addText(part.text ?? "");
  }
  const word = candidate.finishReason ?? "";
  answer.setFinish(mapFinishReason(word, hasToolCalls), word);
  answer.usage = convertUsage(body.usageMetadata);
  answer.responseModel = body.modelVersion;
  return answer.build({ status: response.status, headers: response.headers.record });
}

/** Throws what the provider says instead of an answer: an error, or that it refuses the prompt. */
export function throwIfRefused({ error, promptFeedback }: UpstreamAnswer, response: UpstreamResponse): void {
  const headers = response.headers.record;
  if (error !== undefined) {
    throw new UpstreamStatusError(error.code ?? 500, headers, JSON.stringify({ error }));
  }
  const blockReason = promptFeedback?.blockReason;
  if (blockReason !== undefined) {
    const options = { statusCode: response.status, headers };
    throw new AttemptError("CONTENT_FILTERED", `the provider refused the prompt: ${blockReason}`, options);
  }
}

/** A tool call; the API seldom gives it an id. */
export function convertFunctionCall({ id, name, args }: NonNullable<UpstreamPart["functionCall"]>): ToolCall {
  return { id: id || makeId("call"), name: name ?? "", argumentsJson: JSON.stringify(args ?? {}) };
}

/** The counts under our names. Gemini counts reasoning beside the answer and tool results beside the prompt. */
export function convertUsage(usage: UpstreamUsage | undefined): TokenUsage {
  if (usage === undefined) return {};
  return definedCounts<TokenUsage>({
    inputTokens: sumCounts(usage.promptTokenCount, usage.toolUsePromptTokenCount),
    outputTokens: sumCounts(usage.candidatesTokenCount, usage.thoughtsTokenCount),
    cachedInputTokens: tokenCount(usage.cachedContentTokenCount),
    reasoningTokens: tokenCount(usage.thoughtsTokenCount),
  });
}
