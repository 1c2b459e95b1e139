import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { SlotOutcome } from "../../gen/es/headway/v1/slots_pb.js";
import { WaitCause } from "../../gen/es/headway/v1/wait_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { failureOf } from "../support/service/failure.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";

const START_MS = Date.UTC(2026, 10, 22);
const CONFIG = `
scheduler: {safety_margin: 2, guard: 1s, spacing: none, lease_duration: 10m}
providers:
  local:
    type: openai_compatible
    base_url: http://127.0.0.1:9/v1
    price: {input_per_million_usd: 1, output_per_million_usd: 10}
    models:
      tiny:
        limits: [{metric: requests, window: 1m, amount: 4}, {metric: tokens, window: 1m, amount: 1002}]
      spare:
        limits: [{metric: requests, window: 1m, amount: 4}]
`;
const MODEL = "local/tiny";
const ASK = { models: [MODEL], inputTokens: 100n, maxOutputTokens: 200n };
const USAGE = { inputTokens: 90n, outputTokens: 10n };

let clock: ManualClock;
let headway: Headway;
beforeEach(async () => {
  clock = new ManualClock({ wallMs: START_MS });
  headway = await startHeadway({ config: CONFIG, clock });
  onTestFinished(async () => {
    const closing = headway.close();
    clock.advance(10_000);
    await closing;
  });
});

/** What the pool of the model holds: [requests used, reserved, tokens used, reserved, queue]. */
async function pool() {
  const [found] = (await headway.grpc.getUsage({ models: [MODEL] })).pools;
  const [requests, tokens] = found!.limits.map(({ used, reserved }) => [Number(used), Number(reserved)]);
  return { requests, tokens, queue: Number(found!.queueLength) };
}

async function waitForQueue(length: number): Promise<void> {
  await vi.waitFor(async () => expect((await pool()).queue).toBe(length));
}

describe.each(DOORS)("slots through %s", (door) => {
  it("are granted, counted, settled and priced", async () => {
    const slot = await headway[door].acquireSlot({ ...ASK, requestId: "r-1" });
    expect(slot).toMatchObject({ model: MODEL, deployment: MODEL, reservedTokens: 300n, waitCauses: [] });
    expect(slot.slotId).not.toBe("");
    expect(durationMs(slot.waited!)).toBe(0);
    expect(durationMs(slot.startWithin!)).toBe(1_000);
    expect(timestampMs(slot.expireTime!)).toBe(START_MS + 600_000);
    expect(await pool()).toEqual({ requests: [0, 1], tokens: [0, 300], queue: 0 });

    const settled = await headway[door].settleSlot({ slotId: slot.slotId, usage: USAGE });
    expect(settled.cost).toMatchObject({
      inputNanoUsd: 90_000n,
      outputNanoUsd: 100_000n,
      priceSource: "config",
    });
    expect(settled.usage).toMatchObject({ inputTokens: 90n, outputTokens: 10n, totalTokens: 100n });
    expect(await pool()).toEqual({ requests: [1, 0], tokens: [100, 0], queue: 0 });
  });

  it("settle again alike with the same answer, and otherwise not", async () => {
    const { slotId } = await headway[door].acquireSlot(ASK);
    const settled = await headway[door].settleSlot({ slotId, usage: USAGE });
    clock.advance(3_500_000);
    expect(await headway[door].settleSlot({ slotId, usage: USAGE })).toEqual(settled);
    const otherwise = { slotId, usage: { ...USAGE, outputTokens: 11n } };
    expect(await failureOf(headway[door].settleSlot(otherwise))).toMatchObject({
      code: "FailedPrecondition",
      reason: "SLOT_NOT_ACTIVE",
      metadata: { slot_id: slotId, state: "settled" },
    });
    const { totals } = await headway[door].getUsage({});
    expect(totals).toMatchObject({ requests: 1n, usage: { totalTokens: 100n } });
  });

  it("are forgotten an hour after they ended", async () => {
    const { slotId } = await headway[door].acquireSlot(ASK);
    await headway[door].settleSlot({ slotId, usage: USAGE });
    clock.advance(3_600_001);
    const later = await headway[door].acquireSlot(ASK);
    await headway[door].settleSlot({ slotId: later.slotId });
    const failure = await failureOf(headway[door].settleSlot({ slotId, usage: USAGE }));
    expect(failure).toMatchObject({ code: "NotFound", reason: "SLOT_NOT_FOUND" });
  });

  it("whose usage nobody knows stay charged in full", async () => {
    const { slotId } = await headway[door].acquireSlot(ASK);
    const { usage } = await headway[door].settleSlot({ slotId, outcome: SlotOutcome.FAILED });
    expect(usage).toMatchObject({ totalTokens: 300n, estimated: true });
    expect(await pool()).toEqual({ requests: [1, 0], tokens: [300, 0], queue: 0 });
  });

  it("that are released are as if they had not been", async () => {
    const { slotId } = await headway[door].acquireSlot(ASK);
    await headway[door].releaseSlot({ slotId });
    await headway[door].releaseSlot({ slotId });
    expect(await pool()).toEqual({ requests: [0, 0], tokens: [0, 0], queue: 0 });
    for (const failure of [
      await failureOf(headway[door].settleSlot({ slotId, usage: USAGE })),
      await failureOf(headway[door].renewSlot({ slotId })),
    ]) {
      expect(failure).toMatchObject({ reason: "SLOT_NOT_ACTIVE", metadata: { state: "released" } });
    }
  });

  it("that are settled can be neither released nor renewed", async () => {
    const { slotId } = await headway[door].acquireSlot(ASK);
    await headway[door].settleSlot({ slotId });
    for (const failure of [
      await failureOf(headway[door].releaseSlot({ slotId })),
      await failureOf(headway[door].renewSlot({ slotId })),
    ]) {
      expect(failure).toMatchObject({ reason: "SLOT_NOT_ACTIVE", metadata: { state: "settled" } });
    }
    expect(await pool()).toMatchObject({ requests: [1, 0] });
  });

  it("that nobody knows are not found", async () => {
    const slotId = "slot_unknown";
    for (const failure of [
      await failureOf(headway[door].settleSlot({ slotId })),
      await failureOf(headway[door].releaseSlot({ slotId })),
      await failureOf(headway[door].renewSlot({ slotId })),
    ]) {
      expect(failure).toMatchObject({ code: "NotFound", reason: "SLOT_NOT_FOUND" });
    }
  });

  it("are renewed, and never shortened", async () => {
    const { slotId } = await headway[door].acquireSlot({ ...ASK, leaseDuration: { seconds: 20n } });
    clock.advance(15_000);
    const longer = await headway[door].renewSlot({ slotId });
    expect(timestampMs(longer.expireTime!)).toBe(START_MS + 35_000);
    const shorter = await headway[door].renewSlot({ slotId, leaseDuration: { seconds: 1n } });
    expect(timestampMs(shorter.expireTime!)).toBe(START_MS + 35_000);
    clock.advance(19_999);
    expect(await pool()).toMatchObject({ tokens: [0, 300] });
    clock.advance(1);
    expect(await pool()).toMatchObject({ tokens: [300, 0] });
  });

  it("that expire stay charged until they are settled late", async () => {
    const { slotId } = await headway[door].acquireSlot({ ...ASK, leaseDuration: { seconds: 5n } });
    clock.advance(5_000);
    expect(await pool()).toEqual({ requests: [1, 0], tokens: [300, 0], queue: 0 });
    expect(await failureOf(headway[door].renewSlot({ slotId }))).toMatchObject({
      reason: "SLOT_NOT_ACTIVE",
      metadata: { state: "expired" },
    });
    await headway[door].settleSlot({ slotId, usage: USAGE });
    expect(await pool()).toEqual({ requests: [1, 0], tokens: [100, 0], queue: 0 });
    expect((await headway[door].getUsage({})).totals).toMatchObject({ requests: 1n });
  });

  it("are waited for until one is given back", async () => {
    const { slotId } = await headway[door].acquireSlot(ASK);
    await headway[door].acquireSlot(ASK);
    const waiting = headway[door].acquireSlot(ASK);
    await waitForQueue(1);
    clock.advance(2_000);
    await headway[door].releaseSlot({ slotId });
    const granted = await waiting;
    expect(durationMs(granted.waited!)).toBe(2_000);
    expect(granted.waitCauses).toEqual([WaitCause.REQUESTS_WINDOW]);
  });

  it("are waited for until the window has room, and not a moment longer", async () => {
    await headway[door].acquireSlot(ASK);
    await headway[door].acquireSlot(ASK);
    const waiting = headway[door].acquireSlot(ASK);
    await waitForQueue(1);
    clock.advance(60_999);
    expect(await pool()).toMatchObject({ queue: 1 });
    clock.advance(1);
    expect(durationMs((await waiting).waited!)).toBe(61_000);
  });

  it("are waited for no longer by one who went away", async () => {
    await headway[door].acquireSlot(ASK);
    await headway[door].acquireSlot(ASK);
    const caller = new AbortController();
    const waiting = failureOf(headway[door].acquireSlot(ASK, { signal: caller.signal }));
    await waitForQueue(1);
    caller.abort();
    expect((await waiting).code).toBe("Canceled");
    await waitForQueue(0);
    clock.advance(61_000);
    expect(await pool()).toEqual({ requests: [0, 0], tokens: [0, 0], queue: 0 });
  });

  it("are refused at once when the wait would be too long, with the time to come back", async () => {
    await headway[door].acquireSlot(ASK);
    clock.advance(10_000);
    await headway[door].acquireSlot(ASK);
    const failure = await failureOf(headway[door].acquireSlot({ ...ASK, maxWait: { seconds: 0n } }));
    expect(failure).toMatchObject({
      code: "ResourceExhausted",
      reason: "WAIT_TOO_LONG",
      retryDelayMs: 51_000,
      quotas: [`pool ${MODEL}`],
    });
    expect(await pool()).toMatchObject({ queue: 0 });
    clock.advance(51_000);
    await headway[door].acquireSlot({ ...ASK, maxWait: { seconds: 0n } });
  });

  it("are taken of the first model that can start in time", async () => {
    await headway[door].acquireSlot(ASK);
    await headway[door].acquireSlot(ASK);
    const maxWait = { seconds: 1n };
    const slot = await headway[door].acquireSlot({ ...ASK, models: [MODEL, "local/spare"], maxWait });
    expect(slot.model).toBe("local/spare");
  });

  it("are refused when they could never be granted", async () => {
    const failure = await failureOf(headway[door].acquireSlot({ ...ASK, maxOutputTokens: 901n }));
    expect(failure).toMatchObject({
      code: "InvalidArgument",
      reason: "REQUEST_TOO_LARGE",
      metadata: { cap: "1000" },
    });
    const unknown = await failureOf(headway[door].acquireSlot({ models: ["local/tinny"] }));
    expect(unknown).toMatchObject({ code: "NotFound", reason: "MODEL_NOT_FOUND" });
    expect(unknown.metadata.nearest).toContain(MODEL);
  });

  it("put the pool on hold when the provider has said 429", async () => {
    const { slotId } = await headway[door].acquireSlot(ASK);
    await headway[door].settleSlot({
      slotId,
      outcome: SlotOutcome.RATE_LIMITED,
      providerStatusCode: 429,
      retryAfter: { seconds: 30n },
    });
    const [held] = (await headway[door].getUsage({ models: [MODEL] })).pools;
    expect(timestampMs(held!.holdUntil!)).toBe(START_MS + 30_000);
    expect(held!.counters?.leaked429Count).toBe(1n);
    const failure = await failureOf(headway[door].acquireSlot({ ...ASK, maxWait: { seconds: 0n } }));
    expect(failure).toMatchObject({ reason: "WAIT_TOO_LONG", retryDelayMs: 30_000 });
  });
});
