import type { ProviderCall } from "../providers/provider.ts";
import { asAttemptError } from "./as-attempt-error.ts";
import type { AttemptPlan } from "./attempt-plan.ts";
import { filledUsage, writtenText } from "./filled-usage.ts";
import { type Received, type ReceiveTools, receiveStream } from "./receive-stream.ts";
import { isUnheard, sentUsage } from "./unheard-call.ts";

/** Calls the provider once, and takes its answer whole or as a stream; see `StreamedCall.holdsBack`. */
export async function receiveAnswer(
  plan: AttemptPlan,
  holdsBack: () => boolean,
  tools: ReceiveTools,
): Promise<Received> {
  const provider = plan.candidate.provider!;
  const call = providerCall(plan);
  const { sink } = plan;
  if (sink !== undefined) {
    return receiveStream(plan, { events: provider.stream(call), sink, holdsBack }, tools);
  }
  try {
    const answer = await provider.complete(call);
    const usage = filledUsage(plan, answer.usage, () => writtenText(answer.message), tools.estimator);
    return { kind: "answered", answer, usage, ...NOT_STREAMED };
  } catch (thrown) {
    const error = asAttemptError(thrown);
    const usage = isUnheard(error) ? sentUsage(plan) : undefined;
    return { kind: "failed", error, tokensStreamed: false, usage, ...NOT_STREAMED };
  }
}

const NOT_STREAMED = { firstTokenMs: undefined, isHeldBack: false };

function providerCall(plan: AttemptPlan): ProviderCall {
  const { candidate, signal } = plan;
  const { providerConfig, model, deployment } = candidate;
  return {
    upstreamModel: deployment.upstreamModel,
    request: plan.request,
    ...(model.maxOutputTokens !== undefined && { modelMaxOutputTokens: model.maxOutputTokens }),
    providerOptions: plan.providerOptions,
    timeouts: {
      totalMs: providerConfig.timeoutMs,
      firstTokenMs: providerConfig.firstTokenTimeoutMs,
      idleMs: providerConfig.idleTimeoutMs,
    },
    signal,
  };
}
