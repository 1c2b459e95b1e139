import type { AttemptError } from "../core/attempt-error.ts";
import type { Clock } from "../core/clock.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import type { ProviderAnswer, ProviderEvent } from "../providers/provider.ts";
import { asAttemptError } from "./as-attempt-error.ts";
import type { AttemptPlan } from "./attempt-plan.ts";
import { filledUsage, writtenText } from "./filled-usage.ts";
import { replay } from "./replay.ts";
import type { StreamSink } from "./stream-sink.ts";
import { isUnheard, sentUsage } from "./unheard-call.ts";

/** What came of a call, with the usage that it is charged for. Undefined: nothing that anyone knows of. */
export type Received = {
  readonly usage: TokenUsage | undefined;
  /** From the call to the first piece of a stream, in milliseconds. Undefined: none came. */
  readonly firstTokenMs: number | undefined;
  /** Whether nothing was passed on before the answer was whole. */
  readonly isHeldBack: boolean;
} & (
  | { readonly kind: "answered"; readonly answer: ProviderAnswer; readonly usage: TokenUsage }
  | { readonly kind: "failed"; readonly error: AttemptError; readonly tokensStreamed: boolean }
);

/** What is asked of a streamed call. */
export interface StreamedCall {
  readonly events: AsyncIterable<ProviderEvent>;
  readonly sink: StreamSink;
  /** Asked when the first piece has come: whether nothing is to be passed on before the answer is whole. */
  readonly holdsBack: () => boolean;
}

export interface ReceiveTools {
  readonly clock: Clock;
  readonly estimator: TokenEstimator;
}

/**
 * Passes a streamed answer on. One that breaks off is charged for what was used: as the provider said it, else as
 * counted from what arrived.
 */
export async function receiveStream(
  plan: AttemptPlan,
  { events, sink, holdsBack }: StreamedCall,
  tools: ReceiveTools,
): Promise<Received> {
  const startMs = tools.clock.monotonicMs();
  let firstTokenMs: number | undefined;
  let isHeldBack = false;
  let hasStarted = false;
  let written = "";
  let usage: TokenUsage | undefined;
  const noteFirst = (): void => {
    if (firstTokenMs !== undefined) return;
    firstTokenMs = tools.clock.monotonicMs() - startMs;
    isHeldBack = holdsBack();
  };
  try {
    for await (const event of events) {
      switch (event.kind) {
        case "started":
          hasStarted = true;
          break;
        case "delta":
          noteFirst();
          written += event.text;
          if (!isHeldBack) await sink.delta(event.text);
          break;
        case "tool_call":
          noteFirst();
          written += event.toolCall.name + event.toolCall.argumentsJson;
          if (!isHeldBack) await sink.toolCall(event.toolCall);
          break;
        case "usage":
          usage = { ...usage, ...event.usage };
          break;
        case "done": {
          const { answer } = event;
          usage = answer.usage;
          if (isHeldBack) await passOn(answer, sink);
          const filled = filledUsage(plan, usage, () => writtenText(answer.message), tools.estimator);
          return { kind: "answered", answer, usage: filled, firstTokenMs, isHeldBack };
        }
      }
    }
    throw new Error("the stream of the provider ended without an end");
  } catch (thrown) {
    const error = asAttemptError(thrown);
    const sent = (): TokenUsage | undefined => (isUnheard(error) ? sentUsage(plan) : undefined);
    return {
      kind: "failed",
      error,
      tokensStreamed: firstTokenMs !== undefined && !isHeldBack,
      usage: hasStarted ? filledUsage(plan, usage, () => written, tools.estimator) : (usage ?? sent()),
      firstTokenMs,
      isHeldBack,
    };
  }
}

/** Passes on an answer that was held back. */
async function passOn({ message }: ProviderAnswer, sink: StreamSink): Promise<void> {
  for (const piece of replay(message)) {
    if (piece.kind === "delta") await sink.delta(piece.text);
    else await sink.toolCall(piece.toolCall);
  }
}
