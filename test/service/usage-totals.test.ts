import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect, it, onTestFinished, vi } from "vitest";
import { SlotOutcome } from "../../gen/es/headway/v1/slots_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { outcomeOf } from "../support/service/failure.ts";
import { startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const START_MS = Date.UTC(2026, 10, 22, 12);
const TIGHT = "own/tight";
const WIDE = "own/wide";
const SUCCEEDED = { outcome: SlotOutcome.SUCCEEDED, usage: { inputTokens: 10n, outputTokens: 5n } };

it("GetUsage counts each request under all that it was", async () => {
  const clock = new ManualClock({ wallMs: START_MS });
  const headway = await startHeadway({
    config: `
scheduler: {guard: 1s, spacing: none}
cache: {enabled: true}
providers:
  own:
    type: echo
    price: {input_per_million_usd: 1, output_per_million_usd: 2}
    models: {tight: {limits: [{metric: requests, window: 10s, amount: 3}]}, wide: {limits: {rpm: 602}}}
`,
    clock,
  });
  onTestFinished(() => headway.close());
  const { grpc } = headway;
  const acquire = (models: string[], fields = {}) =>
    grpc.acquireSlot({ models, totalTokens: 20n, ...fields });
  const settle = async (slotId: string, afterMs: number, settlement = {}): Promise<void> => {
    clock.advance(afterMs);
    await grpc.settleSlot({ slotId, ...SUCCEEDED, ...settlement });
  };

  // Started at once, and after a wait for the limit.
  await settle((await acquire([TIGHT])).slotId, 400);
  const waiting = acquire([TIGHT]);
  await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(1));
  clock.advance(10_600);
  await settle((await waiting).slotId, 600);
  // Too long a wait at the first model, and at all of them.
  const elsewhere = await acquire([TIGHT, WIDE], { maxWait: { seconds: 1n } });
  expect(elsewhere.model).toBe(WIDE);
  await settle(elsewhere.slotId, 200);
  const refused = ask("hello", { model: TIGHT, maxOutputTokens: 5n, maxWait: { seconds: 0n } });
  expect(await outcomeOf(grpc.complete(refused))).toMatchObject({ reason: "WAIT_TOO_LONG" });
  // A call that failed, and one that was made once for two who asked.
  await settle((await acquire([WIDE])).slotId, 100, { outcome: SlotOutcome.FAILED });
  const request = ask("hello", { model: WIDE, maxOutputTokens: 5n, temperature: 0 });
  const answer = await grpc.complete(request);
  expect((await grpc.complete(request)).cacheHit).toBe(true);

  const { totals, pools } = await grpc.getUsage({});
  expect(totals).toMatchObject({
    requests: 7n,
    primaryRequests: 3n,
    fallbackRequests: 1n,
    primaryPercentage: 75,
    fallbackPercentage: 25,
    rateLimitWaits: 1n,
    rateLimitFallbacks: 1n,
    scheduledWaits: 1n,
    waitTimeouts: 1n,
    errors: 2n,
    cacheHits: 1n,
    usage: {
      inputTokens: 40n + answer.usage!.inputTokens!,
      outputTokens: 20n + answer.usage!.outputTokens!,
    },
    cost: { totalNanoUsd: 4n * 20_000n + answer.cost!.totalNanoUsd },
    successRate: 5 / 7,
  });
  expect(durationMs(totals!.averageLatency!)).toBe((400 + 600 + 200 + 0) / 4);
  const [limit] = pools.find(({ name }) => name === TIGHT)!.limits;
  expect(limit).toMatchObject({ amount: 3n, cap: 1n, used: 1n, reserved: 0n, remaining: 0n });
  expect(limit!.maxUtilization).toBeCloseTo(1 / 3);
  expect(timestampMs(limit!.resetTime!)).toBe(START_MS + 22_000);
});
