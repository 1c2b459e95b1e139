import { expect, it } from "vitest";
import type { AttemptPlan } from "../../src/completion/attempt-plan.ts";
import { receiveStream } from "../../src/completion/receive-stream.ts";
import type { StreamSink } from "../../src/completion/stream-sink.ts";
import { AttemptError } from "../../src/core/attempt-error.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import type { TokenEstimator } from "../../src/cost/tokens/token-estimator.ts";
import type { ProviderAnswer, ProviderEvent } from "../../src/providers/provider.ts";

const USAGE = { inputTokens: 10, outputTokens: 5 };
const ANSWER: ProviderAnswer = {
  message: { role: "assistant", parts: [{ kind: "text", text: "well" }] },
  finishReason: "stop",
  providerFinishReason: "stop",
  usage: USAGE,
  headers: {},
};

/** What a provider streams that says what was used at the end only. */
async function* stream(): AsyncGenerator<ProviderEvent> {
  yield { kind: "started", headers: {} };
  yield { kind: "delta", text: "we" };
  yield { kind: "delta", text: "ll" };
  yield { kind: "done", answer: ANSWER };
}

const receive = (isHeldBack: boolean, sink: Partial<StreamSink>) =>
  receiveStream(
    // All usage is reported, so that neither the plan nor the estimator is asked.
    {} as AttemptPlan,
    { events: stream(), sink: sink as StreamSink, holdsBack: () => isHeldBack },
    { clock: new ManualClock(), estimator: {} as TokenEstimator },
  );

it.each([
  [false, ["we", "ll"]],
  [true, ["well"]],
])("passes on what comes; held back (%s), when it is whole", async (isHeldBack, pieces) => {
  const told: string[] = [];
  const delta = async (text: string) => void told.push(text);
  expect(await receive(isHeldBack, { delta })).toMatchObject({ kind: "answered", usage: USAGE, isHeldBack });
  expect(told).toEqual(pieces);
});

it("a whole answer whose caller left before it was passed on is charged as its provider said", async () => {
  const delta = async () => {
    throw new AttemptError("CANCELLED", "left");
  };
  expect(await receive(true, { delta })).toMatchObject({
    kind: "failed",
    error: { reason: "CANCELLED" },
    usage: USAGE,
  });
});
