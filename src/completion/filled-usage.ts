import type { ChatRequest, Message } from "../core/chat.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import type { AttemptPlan } from "./attempt-plan.ts";

/**
 * What a call has used: as its provider reported it; a side that it did not report as counted from what was written,
 * which only then is asked for.
 */
export function filledUsage(
  { candidate, tenant, taskType }: AttemptPlan,
  reported: TokenUsage | undefined,
  writtenOf: () => string,
  estimator: TokenEstimator,
): TokenUsage {
  if (reported?.inputTokens !== undefined && reported.outputTokens !== undefined) return reported;
  const written = writtenOf();
  const estimate = (request: ChatRequest) =>
    estimator.estimate(request, candidate.model, { tenant, taskType });
  return {
    ...reported,
    inputTokens: reported?.inputTokens ?? candidate.estimate.inputTokens,
    outputTokens: Math.max(
      reported?.outputTokens ?? 0,
      written === "" ? 0 : countWritten(written, (request) => estimate(request).inputTokens),
    ),
    estimated: true,
  };
}

/** All that a message says, for counting. */
export function writtenText({ parts }: Message): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "tool_call" ? part.toolCall.name + part.toolCall.argumentsJson : "";
    })
    .join("");
}

/** The tokens of a text, without those that a message of any text takes. */
function countWritten(written: string, countInput: (request: ChatRequest) => number): number {
  return Math.max(1, countInput(asRequest(written)) - countInput(asRequest("")));
}

/** A text as a request, so that the estimator counts it as this model would. */
function asRequest(text: string): ChatRequest {
  return { messages: [{ role: "user", parts: [{ kind: "text", text }] }], tools: [], stopSequences: [] };
}
