import { durationMs } from "@bufbuild/protobuf/wkt";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { SlotOutcome } from "../../gen/es/headway/v1/slots_pb.js";
import { Lease } from "../../src/scheduler/lease.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { outcomeOf } from "../support/service/failure.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { leastDistance, mostInWindow, StrictProvider } from "../support/service/strict-provider.ts";
import { ask } from "../support/service/talk.ts";

const LIMIT = { amount: 20, windowMs: 5_000 };
const CAP = 18;
const SPACING_MS = 250;
const GUARD_MS = 200;
const CLIENT_COUNT = 50;
const WINDOW_COUNT = 3;
/** Of times that were added and subtracted. */
const ROUNDING_MS = 0.001;
/** Of a slot that is granted to a caller who leaves at that moment nobody hears again. */
const LEASE_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** Later than this no timer comes that is merely inexact. */
const STANDSTILL_MS = 10;
const MODEL = "strict/model";

let provider: StrictProvider;
let headway: Headway;
beforeAll(async () => {
  provider = await StrictProvider.start(LIMIT);
  headway = await startHeadway({
    config: `
scheduler: {safety_margin: 2, guard: ${GUARD_MS}ms, spacing: even}
providers:
  strict:
    type: openai_compatible
    base_url: ${provider.baseUrl}
    max_retries: 0
    models: {model: {limits: [{metric: requests, window: 5s, amount: 20}]}}
`,
  });
});
afterAll(async () => {
  await headway.close();
  await provider.stop();
});

it("20 requests in 5 s: 50 callers, two ways, no refusal, and the limit is used", async () => {
  const callers = new AbortController();
  const counts = { complete: 0, slot: 0, granted: 0, late: 0 };
  const failures: unknown[] = [];
  const asked = vi.spyOn(Scheduler.prototype, "acquire");
  onTestFinished(() => asked.mockRestore());
  const direct = new OpenAI({ baseURL: provider.baseUrl, apiKey: "none", maxRetries: 0 });

  const callThroughComplete = async () => {
    await headway.grpc.complete(ask("hello", { model: MODEL }), { signal: callers.signal });
    counts.complete++;
  };
  const callInSlot = async () => {
    const askedMs = performance.now();
    const request = { models: [MODEL], leaseDuration: { seconds: BigInt(LEASE_MS / 1000) } };
    const slot = await headway.grpc.acquireSlot(request, { signal: callers.signal });
    const { slotId } = slot;
    counts.granted++;
    // All but the wait was spent on the way: who comes too late must not start. Settling keeps the slot counted, so
    // that all grants are to be seen.
    if (performance.now() - askedMs - durationMs(slot.waited!) > durationMs(slot.startWithin!)) {
      counts.late++;
      await headway.grpc.settleSlot({ slotId, outcome: SlotOutcome.FAILED });
      return;
    }
    await direct.chat.completions.create({ model: "model", messages: [{ role: "user", content: "hello" }] });
    await headway.grpc.settleSlot({ slotId, outcome: SlotOutcome.SUCCEEDED });
    counts.slot++;
  };
  const callAgainAndAgain = async (call: () => Promise<void>) => {
    while (!callers.signal.aborted) {
      const outcome = await outcomeOf(call());
      if (outcome !== "OK" && !callers.signal.aborted) failures.push(outcome);
    }
  };
  const clients = Array.from({ length: CLIENT_COUNT }, (_, index) =>
    callAgainAndAgain(index % 2 === 0 ? callThroughComplete : callInSlot),
  );
  const observedMs = await windowsPassed(WINDOW_COUNT);
  callers.abort();
  await Promise.all(clients);

  expect(failures).toEqual([]);
  expect(provider.seen.filter(({ status }) => status === 429)).toEqual([]);
  // As granted: exact, however busy the machine is.
  const answers = await Promise.all(
    asked.mock.results.map(({ value }) => ("answer" in value ? value.answer : value)),
  );
  const leases = answers.filter((answer) => answer instanceof Lease);
  const grants = leases.map(({ startMs }) => startMs).sort((left, right) => left - right);
  expect(leastDistance(grants)).toBeGreaterThanOrEqual(SPACING_MS - ROUNDING_MS);
  expect(mostInWindow(grants, LIMIT.windowMs + GUARD_MS - ROUNDING_MS)).toBeLessThanOrEqual(CAP);

  // As arrived: the guard covers the way from the grant to the provider; what was longer shortens the window.
  const arrivals = provider.seen.map(({ arrivedMs }) => arrivedMs);
  expect(arrivals.length).toBeLessThanOrEqual(grants.length);
  const ways = arrivals.map((arrival, index) => arrival - grants[index]!);
  const beyondGuardMs = Math.max(0, Math.max(...ways) + ROUNDING_MS - GUARD_MS);
  expect(mostInWindow(arrivals, LIMIT.windowMs - beyondGuardMs)).toBeLessThanOrEqual(CAP);
  expect(leastDistance(arrivals)).toBeGreaterThanOrEqual(SPACING_MS - GUARD_MS - beyondGuardMs);

  // What a caller on a busy machine came too late to use was granted all the same.
  const inFullWindows = (times: readonly number[]) =>
    times.filter((time) => time < times[0]! + observedMs).length;
  expect(inFullWindows(grants)).toBeGreaterThanOrEqual(0.95 * CAP * WINDOW_COUNT);
  expect(inFullWindows(arrivals) + counts.late).toBeGreaterThanOrEqual(0.95 * CAP * WINDOW_COUNT);
  // Both ways draw on one pool, and take turns.
  expect(counts.granted).toBeGreaterThan(0.4 * grants.length);
  expect(grants.length - counts.granted).toBeGreaterThan(0.4 * grants.length);
  expect(counts.complete).toBeGreaterThan(0);
  expect(counts.slot).toBeGreaterThan(0);
  await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
});

it("the provider of this test does refuse the 21st", async () => {
  const strict = await StrictProvider.start(LIMIT);
  const client = new OpenAI({ baseURL: strict.baseUrl, apiKey: "none", maxRetries: 0 });
  const call = () =>
    client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "x" }] });
  for (let count = 0; count < LIMIT.amount; count++) await call();
  await expect(call()).rejects.toMatchObject({ status: 429 });
  expect(
    mostInWindow(
      strict.seen.map(({ arrivedMs }) => arrivedMs),
      LIMIT.windowMs,
    ),
  ).toBe(21);
  await strict.stop();
});

/**
 * Resolves when the provider's windows since its first request are full, with one more request behind them. Answers how
 * long they were in all: what the machine stood still meanwhile, when nobody could start, is added to them.
 */
async function windowsPassed(count: number): Promise<number> {
  let durationMs = count * LIMIT.windowMs;
  const isPassed = () => {
    const [first] = provider.seen;
    const last = provider.seen.at(-1);
    return first !== undefined && last!.arrivedMs >= first.arrivedMs + durationMs;
  };
  while (!isPassed()) {
    const sleepsMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const overMs = performance.now() - sleepsMs - LOOK_EVERY_MS;
    if (overMs > STANDSTILL_MS) durationMs += overMs;
  }
  return durationMs;
}
