import { describe, expect, it } from "vitest";
import { AttemptCause, AttemptOutcome } from "../../gen/es/headway/v1/attempt_pb.js";
import { CandidateVerdict } from "../../gen/es/headway/v1/candidate_pb.js";
import { FinishReason } from "../../gen/es/headway/v1/complete_pb.js";
import { AttemptErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import { ContextStrategy } from "../../gen/es/headway/v1/routing_pb.js";
import { WaitCause } from "../../gen/es/headway/v1/wait_pb.js";
import { completeResultToProto } from "../../src/rpc/convert-complete-result.ts";
import { fakeResult } from "../server/fake-services.ts";

describe("an answer", () => {
  it("says who spoke, why it stopped, and what it used and cost", () => {
    const { message, finishReason, providerFinishReason, usage, cost, traceId } = completeResultToProto(
      fakeResult("hello"),
      "0af7651916cd43dd8448eb211c80319c",
    );
    expect(message).toMatchObject({
      role: Role.ASSISTANT,
      parts: [{ part: { case: "text", value: "hello" } }],
    });
    expect({ finishReason, providerFinishReason }).toEqual({
      finishReason: FinishReason.STOP,
      providerFinishReason: "end_turn",
    });
    expect(usage).toMatchObject({
      inputTokens: 3n,
      outputTokens: 4n,
      totalTokens: 7n,
      cachedInputTokens: 1n,
    });
    expect(cost).toMatchObject({ totalNanoUsd: 110n, currencyCode: "USD", priceSource: "config" });
    expect(traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  });

  it("leaves unset what is not known", () => {
    const { usage, cost, contextChange, traceId } = completeResultToProto(
      { ...fakeResult("x"), usage: { inputTokens: 5 }, cost: undefined },
      undefined,
    );
    expect(usage).toMatchObject({ inputTokens: 5n });
    expect([usage?.outputTokens, usage?.totalTokens, cost, contextChange]).toEqual(Array(4).fill(undefined));
    expect(traceId).toBe("");
  });

  it("has every attempt with its cause and its failure", () => {
    const [attempt] = fakeResult("x").attempts;
    const failed = {
      ...attempt!,
      outcome: "failed",
      errorReason: "RATE_LIMITED",
      errorMessage: "slow down",
      providerStatusCode: 429,
      usage: undefined,
      cause: "fallback_wait",
    } as const;
    const { attempts } = completeResultToProto(
      { ...fakeResult("x"), attempts: [failed, attempt!] },
      undefined,
    );
    expect(attempts).toMatchObject([
      {
        outcome: AttemptOutcome.FAILED,
        errorReason: AttemptErrorReason.RATE_LIMITED,
        errorMessage: "slow down",
        providerStatusCode: 429,
        cause: AttemptCause.FALLBACK_WAIT,
        waitCauses: [WaitCause.SPACING],
      },
      { outcome: AttemptOutcome.SUCCEEDED, errorReason: AttemptErrorReason.UNSPECIFIED },
    ]);
    expect(attempts[0]?.usage).toBeUndefined();
  });

  it("has the route", () => {
    const candidate = {
      model: "a/b",
      deployment: "a/b#eu",
      verdict: "wait_too_long",
      explanation: "too long",
      predictedWaitMs: 1500,
      reservedTokens: 20,
      estimatedCost: undefined,
      attemptCount: 0,
    } as const;
    const { route } = completeResultToProto({ ...fakeResult("x"), route: [candidate] }, undefined);
    expect(route).toMatchObject([
      {
        deployment: "a/b#eu",
        verdict: CandidateVerdict.WAIT_TOO_LONG,
        predictedWait: { seconds: 1n, nanos: 500_000_000 },
        reservedTokens: 20n,
      },
    ]);
  });

  it("says how the request was made to fit", () => {
    const contextChange = {
      strategy: "truncate",
      originalInputTokens: 900,
      sentInputTokens: 500,
      dropped: [{ messageIndex: 2, whole: true, tokens: 400 }],
      chunkCount: 0,
      output: { requestedMaxOutputTokens: 100, sentMaxOutputTokens: 50 },
    } as const;
    expect(
      completeResultToProto({ ...fakeResult("x"), contextChange }, undefined).contextChange,
    ).toMatchObject({
      strategy: ContextStrategy.TRUNCATE,
      originalInputTokens: 900n,
      sentInputTokens: 500n,
      dropped: [{ messageIndex: 2, whole: true, tokens: 400n }],
      requestedMaxOutputTokens: 100n,
      sentMaxOutputTokens: 50n,
    });
  });
});
