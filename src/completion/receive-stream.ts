import type { AttemptError } from "../core/attempt-error.ts";
import type { ToolCall } from "../core/chat.ts";
import type { Clock } from "../core/clock.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import type { ProviderAnswer, ProviderEvent } from "../providers/provider.ts";
import { type AttemptPlan, asAttemptError } from "./attempt.ts";
import { filledUsage, writtenText } from "./filled-usage.ts";
import { isUnheard, sentUsage } from "./unheard-call.ts";

/** Takes the pieces of an answer on their way to the caller. A promise holds the provider back until it resolves. */
export interface StreamSink {
  attemptStarted(plan: AttemptPlan): void;
  delta(text: string): Promise<void>;
  toolCall(toolCall: ToolCall): Promise<void>;
}

/** What came of a streamed call. */
export type StreamReceived = {
  readonly usage: TokenUsage | undefined;
  readonly firstTokenMs: number | undefined;
} & (
  | { readonly kind: "answered"; readonly answer: ProviderAnswer; readonly usage: TokenUsage }
  | { readonly kind: "failed"; readonly error: AttemptError; readonly tokensStreamed: boolean }
);

/**
 * Passes a streamed answer on. One that breaks off is charged for what was used: as the provider said it, else as
 * counted from what arrived.
 */
export async function receiveStream(
  plan: AttemptPlan,
  events: AsyncIterable<ProviderEvent>,
  sink: StreamSink,
  tools: { readonly clock: Clock; readonly estimator: TokenEstimator },
): Promise<StreamReceived> {
  const startMs = tools.clock.monotonicMs();
  let firstTokenMs: number | undefined;
  let hasStarted = false;
  let written = "";
  let usage: TokenUsage | undefined;
  try {
    for await (const event of events) {
      switch (event.kind) {
        case "started":
          hasStarted = true;
          break;
        case "delta":
          firstTokenMs ??= tools.clock.monotonicMs() - startMs;
          written += event.text;
          await sink.delta(event.text);
          break;
        case "tool_call":
          firstTokenMs ??= tools.clock.monotonicMs() - startMs;
          written += event.toolCall.name + event.toolCall.argumentsJson;
          await sink.toolCall(event.toolCall);
          break;
        case "usage":
          usage = { ...usage, ...event.usage };
          break;
        case "done": {
          const { answer } = event;
          const filled = filledUsage(plan, answer.usage, writtenText(answer.message), tools.estimator);
          return { kind: "answered", answer, usage: filled, firstTokenMs };
        }
      }
    }
    throw new Error("the stream of the provider ended without an end");
  } catch (thrown) {
    const error = asAttemptError(thrown);
    const unheard = isUnheard(error) ? sentUsage(plan) : undefined;
    const counted = hasStarted ? filledUsage(plan, usage, written, tools.estimator) : (usage ?? unheard);
    return {
      kind: "failed",
      error,
      tokensStreamed: firstTokenMs !== undefined,
      usage: counted,
      firstTokenMs,
    };
  }
}
