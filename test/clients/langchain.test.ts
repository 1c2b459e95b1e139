import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { UPSTREAM_MODELS, upstreamConfig } from "../support/service/upstream-config.ts";
import type { LangChainCommand } from "./support/commands.ts";
import { Driver } from "./support/driver.ts";
import { installedLanguages, isInstalled } from "./support/languages.ts";

const GREETING = "Good morning to you, and welcome aboard.";
const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
};
const LANGUAGES = installedLanguages().filter(
  ({ name }) => (name === "typescript" && isInstalled("typescript-client")) || name === "python",
);

const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
let headway: Headway;
beforeAll(async () => {
  await mock.start();
  headway = await startHeadway({ config: upstreamConfig(mock.url) });
});
afterAll(async () => {
  await headway.close();
  await mock.stop();
});

// A file without any test fails.
if (LANGUAGES.length === 0) it.skip("the chat models for LangChain need tools that are not here", () => {});

describe.each(LANGUAGES)("the chat model for LangChain in $name", ({ driver: command }) => {
  let driver: Driver;
  beforeAll(() => {
    driver = new Driver(command, headway.grpcAddress);
  });
  afterAll(() => driver.stop());
  beforeEach(() => mock.reset());

  const talk = (fields: Partial<LangChainCommand>): LangChainCommand => ({
    do: "langchain",
    model: UPSTREAM_MODELS.openai,
    prompt: "hello",
    stream: false,
    ...fields,
  });

  it.each([false, true])("answers, and knows what was used (stream: %s)", async (stream) => {
    const usage = { prompt_tokens: 21, completion_tokens: 9, total_tokens: 30 };
    mock.onMessage("hello", { content: GREETING, usage }, { chunkSize: 7 });
    const answer = await driver.tell(talk({ stream }));
    expect(answer).toMatchObject({ text: GREETING, toolCalls: [], usage: [21, 9] });
    if (stream) expect(answer.chunks).toBeGreaterThan(3);
  });

  it.each([false, true])("asks for tools that it was given (stream: %s)", async (stream) => {
    mock.onMessage("hello", { toolCalls: [{ name: "get_weather", arguments: '{"city":"Oslo"}' }] });
    expect(await driver.tell(talk({ stream, tools: [WEATHER] }))).toMatchObject({
      toolCalls: ["get_weather"],
    });
    expect(mock.getRequests()[0]?.body?.tools).toMatchObject([{ function: { name: "get_weather" } }]);
  });

  it("raises Headway's refusal", async () => {
    const failure = await driver.failureOf(talk({ model: "openai/no-such-model" }));
    expect(failure).toMatchObject({ reason: "MODEL_NOT_FOUND" });
  });
});
