import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { UPSTREAM_MODELS, upstreamConfig } from "../support/service/upstream-config.ts";
import type { SdkCommand } from "./support/commands.ts";
import { Driver } from "./support/driver.ts";
import { installedLanguages } from "./support/languages.ts";

const GREETING = "Good morning to you, and welcome aboard.";
const USAGE = {
  openai: { prompt_tokens: 21, completion_tokens: 9, total_tokens: 30 },
  anthropic: { input_tokens: 21, output_tokens: 9 },
  gemini: { promptTokenCount: 21, candidatesTokenCount: 9, totalTokenCount: 30 },
};

const CASES = installedLanguages().flatMap(({ name, driver, sdks }) =>
  sdks.map((sdk) => ({ language: name, command: driver, sdk })),
);

const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
beforeAll(() => mock.start());
afterAll(() => mock.stop());

/** Direct calls by the official SDKs, each with nothing of ours but the HTTP layer of the client. */
describe.each(CASES)("the $sdk SDK of $language", ({ command, sdk }) => {
  let headway: Headway;
  let driver: Driver;
  beforeAll(async () => {
    headway = await startHeadway({ config: upstreamConfig(mock.url) });
    driver = new Driver(command, headway.grpcAddress);
  });
  afterAll(async () => {
    await driver.stop();
    await headway.close();
  });
  beforeEach(() => mock.reset());

  const name = UPSTREAM_MODELS[sdk];
  const call = (fields: Partial<SdkCommand> = {}): SdkCommand => ({
    do: "sdk",
    sdk,
    baseUrl: mock.url,
    model: name.slice(name.indexOf("/") + 1),
    stream: false,
    prompt: "hello",
    ...fields,
  });
  const totals = async () => (await headway.grpc.getUsage({ models: [name] })).totals!;
  /** A client may give its caller the answer before Headway has taken the settlement. */
  const settled = () =>
    vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
  const answerWithUsage = () =>
    mock.onMessage("hello", { content: GREETING, usage: USAGE[sdk] }, { chunkSize: 7 });

  it.each([false, true])("has what the provider reported in Headway's books (stream: %s)", async (stream) => {
    answerWithUsage();
    const before = await totals();
    const answer = await driver.tell(call({ stream }));
    expect(answer.text).toBe(GREETING);
    if (answer.usage !== undefined) expect(answer.usage).toEqual([21, 9]);
    await settled();
    const after = await totals();
    expect(after.requests - before.requests).toBe(1n);
    expect((after.usage?.inputTokens ?? 0n) - (before.usage?.inputTokens ?? 0n)).toBe(21n);
    expect((after.usage?.outputTokens ?? 0n) - (before.usage?.outputTokens ?? 0n)).toBe(9n);
    expect(after.errors).toBe(before.errors);
  });

  it.runIf(sdk === "openai")("does not see the report of usage that it did not ask for", async () => {
    answerWithUsage();
    expect(await driver.tell(call({ stream: true }))).toMatchObject({
      text: GREETING,
      chunksWithoutChoice: 0,
    });
    expect(mock.getRequests()[0]?.body).toMatchObject({ stream_options: { include_usage: true } });
  });

  it.skipIf(sdk === "gemini")(
    "raises its own error when Headway refuses, and does not try again",
    async () => {
      answerWithUsage();
      const failure = await driver.failureOf(call({ model: "no-such-model" }));
      expect(failure).toMatchObject({ statusCode: 404, reason: "MODEL_NOT_FOUND" });
      expect(mock.getRequests()).toHaveLength(0);
    },
  );

  it("settles a call that the provider refuses, once for each try", async () => {
    mock.onMessage("hello", {
      error: { message: "Bad request", type: "invalid_request_error" },
      status: 400,
    });
    const before = await totals();
    await driver.failureOf(call());
    await settled();
    const after = await totals();
    expect(after.requests - before.requests).toBe(1n);
    expect(after.errors - before.errors).toBe(1n);
  });

  describe("without Headway", () => {
    const address = "127.0.0.1:1";

    it.skipIf(sdk === "gemini")("fails when told so", async () => {
      answerWithUsage();
      const failure = await driver.failureOf(call({ address, onUnavailable: "fail" }));
      expect(failure).toMatchObject({ statusCode: 503, reason: "UNAVAILABLE" });
      expect(mock.getRequests()).toHaveLength(0);
    });

    it("proceeds when told so, counts it and says it", async () => {
      answerWithUsage();
      const answer = await driver.tell(call({ address, onUnavailable: "proceed" }));
      expect(answer).toMatchObject({ text: GREETING, proceeded: 1 });
      expect(driver.errors).toContain("Headway cannot be reached");
    });
  });

  it("passes on what the provider says about its limits", async () => {
    const error = { message: "Slow down", type: "rate_limit_error" };
    mock.onMessage("hello", { error, status: 429, retryAfter: 2 });
    const other = await startHeadway({ config: upstreamConfig(mock.url) });
    // The SDK tries again after the time it was told; what it does then is not looked at.
    const trying = driver.failureOf(call({ address: other.grpcAddress }));
    await vi.waitFor(async () => {
      const { pools } = await other.grpc.getUsage({ models: [name] });
      expect(pools[0]?.counters?.leaked429Count).toBeGreaterThan(0n);
      expect(pools[0]?.holdUntil).toBeDefined();
    });
    await other.close();
    await trying;
  });
});
