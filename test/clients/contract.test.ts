import { setTimeout as sleep } from "node:timers/promises";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ScriptServer } from "../support/providers/script-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import type { SlotCommand } from "./support/commands.ts";
import { contractConfig, KEYLESS, SLOW, tightModels, WIDE } from "./support/contract-config.ts";
import { Driver } from "./support/driver.ts";
import { installedLanguages } from "./support/languages.ts";
import { Relay } from "./support/relay.ts";

/** `scheduler.guard`, of which the config says nothing. */
const START_WITHIN_MS = 1_000;
const GREETING = "Good morning to you, and welcome aboard.";
const WEATHER = {
  name: "get_weather",
  parameters: { type: "object", properties: { city: { type: "string" } } },
};

const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
const nextModel = tightModels();
let slow: ScriptServer;
let headway: Headway;
beforeAll(async () => {
  await mock.start();
  slow = await ScriptServer.start();
  headway = await startHeadway({ config: contractConfig(mock.url, slow.url) });
});
afterAll(async () => {
  await headway.close();
  await slow.stop();
  await mock.stop();
});

describe.each(installedLanguages())("the client for $name", ({ driver: command }) => {
  let driver: Driver;
  /** Used by no other test. */
  let model: string;
  beforeAll(() => {
    driver = new Driver(command, headway.grpcAddress);
  });
  afterAll(() => driver.stop());
  beforeEach(() => {
    mock.reset();
    model = nextModel();
  });
  // Whatever a test does, it leaves nothing behind that waits or holds.
  afterEach(() => vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 })));

  const ask = (fields = {}) => ({
    model: WIDE,
    messages: [{ role: "ROLE_USER", parts: [{ text: "hello" }] }],
    ...fields,
  });
  const slot = (fields: Partial<SlotCommand> = {}): SlotCommand => ({
    do: "slot",
    models: [model],
    inputTokens: 20,
    maxOutputTokens: 30,
    end: "report",
    usage: [11, 7],
    ...fields,
  });
  const totals = async () => (await headway.grpc.getUsage({ models: [model] })).totals!;
  /** Whether a request is seen waiting before something has ended. */
  const waitsBefore = async (ending: Promise<unknown>) => {
    let hasEnded = false;
    const ended = ending.then(() => {
      hasEnded = true;
    });
    while (!hasEnded) {
      if ((await headway.load()).waiting === 1) return true;
      await Promise.race([ended, sleep(10)]);
    }
    return false;
  };

  it("completes", async () => {
    mock.onMessage("hello", { content: GREETING });
    const { response } = await driver.tell({ do: "complete", request: ask({ requestId: "r-1" }) });
    expect(response).toMatchObject({
      message: { role: "ROLE_ASSISTANT", parts: [{ text: GREETING }] },
      model: WIDE,
      requestId: "r-1",
    });
  });

  it("streams, and sees what happens before the text", async () => {
    mock.onMessage("hello", { content: GREETING }, { chunkSize: 7 });
    const { events, text } = await driver.tell({ do: "stream", request: ask() });
    expect(events[0]).toBe("attemptStarted");
    expect(events.filter((kind: string) => kind === "delta").length).toBeGreaterThan(3);
    expect(events.at(-1)).toBe("done");
    expect(text).toBe(GREETING);
  });

  it("is told while a stream waits for its turn", async () => {
    mock.onMessage("hello", { content: GREETING });
    // Programs take their time to start on a busy machine.
    await driver.tell({ do: "usage", request: {} });
    const { slotId } = await headway.grpc.acquireSlot({ models: [model], totalTokens: 1n });
    const telling = driver.tell({ do: "stream", request: ask({ model, maxOutputTokens: "20" }) });
    await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(1));
    await headway.grpc.releaseSlot({ slotId });
    const { events, text } = await telling;
    expect(events.slice(0, 2)).toEqual(["queued", "attemptStarted"]);
    expect(text).toBe(GREETING);
  });

  it("asks for tools, whole and streamed", async () => {
    mock.onMessage("hello", { toolCalls: [{ name: "get_weather", arguments: '{"city":"Oslo"}' }] });
    const { response } = await driver.tell({ do: "complete", request: ask({ tools: [WEATHER] }) });
    expect(response.message.parts[0].toolCall).toMatchObject({ name: "get_weather" });
    const { events } = await driver.tell({ do: "stream", request: ask({ tools: [WEATHER] }) });
    expect(events).toContain("toolCall");
  });

  it("tells usage", async () => {
    await driver.tell(slot());
    const { response } = await driver.tell({
      do: "usage",
      request: { models: [model], timeframe: "TIMEFRAME_HOUR" },
    });
    expect(response.totals).toMatchObject({ requests: "1", usage: { inputTokens: "11", outputTokens: "7" } });
  });

  it("leaves a stream early, and the provider's call ends with it", async () => {
    mock.onMessage("hello", { content: GREETING.repeat(50) }, { chunkSize: 5, latency: 20 });
    const { events } = await driver.tell({ do: "stream", request: ask(), stopAt: "delta" });
    expect(events.at(-1)).toBe("delta");
  });

  describe("fails with the reason", () => {
    it.each([
      ["INVALID_REQUEST", 3, { messages: [] }, { subjects: ["messages"] }],
      ["MODEL_NOT_FOUND", 5, { model: "openai/gpt-4o-minx" }, { metadata: { model: "openai/gpt-4o-minx" } }],
      ["PROVIDER_NOT_CONFIGURED", 9, { model: KEYLESS }, {}],
      ["BUDGET_EXCEEDED", 8, { model: WIDE, maxOutputTokens: 10, maxCostNanoUsd: "0" }, {}],
      ["ALL_ATTEMPTS_FAILED", 14, { maxAttempts: 1 }, {}],
    ])("%s of a completion", async (reason, code, fields, more) => {
      mock.onMessage("hello", { error: { message: "It broke" }, status: 500 });
      const failure = await driver.failureOf({ do: "complete", request: ask(fields) });
      expect(failure).toMatchObject({ reason, code, ...more });
    });

    it("REQUEST_TOO_LARGE, with the cap", async () => {
      const failure = await driver.failureOf(slot({ inputTokens: 5000 }));
      expect(failure).toMatchObject({ reason: "REQUEST_TOO_LARGE", code: 3 });
      expect(Object.values(failure.metadata as object)).toContain("1000");
    });

    it("WAIT_TOO_LONG, with the time to wait", async () => {
      await driver.tell(slot({ end: "settle" }));
      const failure = await driver.failureOf(slot({ maxWaitMs: 0 }));
      expect(failure).toMatchObject({ reason: "WAIT_TOO_LONG", code: 8 });
      expect(failure.retryAfterMs).toBeGreaterThan(1_000);
      expect(failure.retryAfterMs).toBeLessThanOrEqual(30_000);
      expect(failure.subjects).not.toEqual([]);
    });
  });

  it("gives a call up at its deadline", async () => {
    const failure = await driver.failureOf({ do: "complete", request: ask({ model: SLOW }), timeoutMs: 500 });
    expect(failure).toMatchObject({ code: 4 });
    await vi.waitFor(() => expect(slow.openSocketCount).toBe(0));
  });

  it("gives a call up when it is cancelled", async () => {
    const command = { do: "complete", request: ask({ model: SLOW }), cancelAfterMs: 500 } as const;
    expect(await driver.failureOf(command)).toEqual({ cancelled: true });
    await vi.waitFor(() => expect(slow.openSocketCount).toBe(0));
  });

  it("leaves the queue when it is cancelled", async () => {
    await driver.tell(slot({ end: "settle" }));
    // Nobody knows how long a program takes to ask: it is given twice as long until it has been seen waiting.
    let hasWaited = false;
    for (let cancelAfterMs = 500; !hasWaited; cancelAfterMs *= 2) {
      const failing = driver.failureOf(slot({ cancelAfterMs }));
      hasWaited = await waitsBefore(failing);
      expect(await failing).toEqual({ cancelled: true });
    }
  });

  describe("a slot", () => {
    it("is settled with what was reported", async () => {
      expect(await driver.tell(slot())).toEqual({ model, reservedTokens: 50 });
      // A client may give its caller the answer before Headway has taken the settlement.
      await vi.waitFor(async () => {
        expect(await totals()).toMatchObject({
          requests: 1n,
          errors: 0n,
          usage: { inputTokens: 11n, outputTokens: 7n },
        });
      });
    });

    it("is settled by hand, and the answer has the cost", async () => {
      const { settled } = await driver.tell(slot({ end: "settle" }));
      expect(settled.usage).toMatchObject({ inputTokens: "11", outputTokens: "7" });
      expect(Number(settled.cost.totalNanoUsd)).toBeGreaterThan(0);
    });

    it("is given back when it is released", async () => {
      await driver.tell(slot({ end: "release" }));
      expect(await totals()).toMatchObject({ requests: 0n });
      // Its request counts no more: another may start at once.
      await driver.tell(slot({ maxWaitMs: 0 }));
    });

    it.each([
      ["forget", {}],
      ["fail", { errors: 1n }],
    ] as const)("that is left by %s stays charged, and is not held", async (end, counted) => {
      await driver.tell(slot({ end }));
      // A destructor cannot wait for Headway's answer.
      await vi.waitFor(async () => expect(await totals()).toMatchObject({ requests: 1n, ...counted }));
      expect(await driver.failureOf(slot({ maxWaitMs: 0 }))).toMatchObject({ code: 8 });
    });

    it("whose call was rate limited is counted as such", async () => {
      await driver.tell(slot({ end: "rateLimited" }));
      await vi.waitFor(async () => {
        const { pools } = await headway.grpc.getUsage({ models: [model] });
        expect(pools[0]?.counters?.leaked429Count).toBe(1n);
      });
    });

    it("is renewed for as long as its call takes", async () => {
      const { settled } = await driver.tell(slot({ end: "settle", leaseMs: 3_000, holdMs: 4_700 }));
      expect(settled.usage).toMatchObject({ inputTokens: "11" });
      // An expired slot would be charged twice over: in full, and corrected.
      expect(await totals()).toMatchObject({ requests: 1n, usage: { inputTokens: 11n, outputTokens: 7n } });
    });

    it("whose grant was too long on its way is given back and asked for again", async () => {
      const relay = await Relay.start();
      relay.forwardTo(headway.grpcAddress);
      const distant = new Driver(command, relay.address);
      try {
        await distant.tell({ do: "usage", request: {} });
        relay.holdAnswers();
        const telling = distant.tell(slot({ end: "settle" }));
        await vi.waitFor(async () => expect((await headway.load()).reserved).toBeGreaterThan(0));
        await sleep(START_WITHIN_MS + 100);
        relay.releaseAnswers();
        expect((await telling).settled.usage).toMatchObject({ inputTokens: "11" });
      } finally {
        await distant.stop();
        await relay.stop();
      }
      const { pools } = await headway.grpc.getUsage({ models: [model] });
      // On a busy machine the next one may be late as well.
      expect(pools[0]?.counters?.useByMissedCount).toBeGreaterThanOrEqual(1n);
      expect(await totals()).toMatchObject({ requests: 1n });
    });

    it("of a client that crashes stays charged until its lease ends", async () => {
      const doomed = new Driver(command, headway.grpcAddress);
      await doomed.tell(slot({ end: "hold", leaseMs: 3_000 }));
      await doomed.kill();
      expect((await headway.load()).reserved).toBeGreaterThan(0);
      await vi.waitFor(async () => expect((await headway.load()).reserved).toBe(0));
      expect(await totals()).toMatchObject({ requests: 1n });
    });
  });
});
