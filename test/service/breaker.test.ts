import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from "vitest";
import { BreakerState } from "../../gen/es/headway/v1/provider_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { failureOf } from "../support/service/failure.ts";
import { recordSpans } from "../support/service/recorded-spans.ts";
import { startHeadway } from "../support/service/start-headway.ts";
import { ask, textOf } from "../support/service/talk.ts";
import { UPSTREAM_MODELS } from "../support/service/upstream-config.ts";

const MODEL = UPSTREAM_MODELS.openai;
const OTHER = UPSTREAM_MODELS.ollama;
const spans = recordSpans();
const upstream = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
beforeAll(() => upstream.start());
afterAll(() => Promise.all([upstream.stop(), spans.stop()]));
beforeEach(() => {
  upstream.reset();
  upstream.onMessage("hello", { content: "well" });
});

const DOWN = { error: { message: "It broke", type: "error" }, status: 500 };
const alone = ask("hello", { model: MODEL, maxAttempts: 1 });

async function start() {
  const clock = new ManualClock();
  const headway = await startHeadway({
    clock,
    config: `
tier: paid
scheduler: {spacing: none}
providers:
  openai: {base_url: "${upstream.url}/v1", api_key: none, models: {gpt-4o-mini: {}}}
  ollama: {base_url: "${upstream.url}", models: {llama3.2: {}}}
`,
  });
  onTestFinished(() => headway.close());
  /** What GetUsage and ListModels say of the model. */
  async function told() {
    const { providers } = await headway.grpc.getUsage({});
    const provider = providers.find(({ name }) => name === "openai")!;
    const own = provider.deployments.find(({ name }) => name === MODEL)!;
    const { models } = await headway.grpc.listModels({});
    const model = models.find(({ name }) => name === MODEL)!;
    expect(model.deployments).toMatchObject([{ breakerState: own.breakerState, healthy: own.healthy }]);
    expect(model.healthy).toBe(own.healthy);
    return { state: BreakerState[own.breakerState], healthy: own.healthy, provider };
  }
  /** Opens the breaker by five failures. */
  async function breakIt() {
    upstream.reset();
    upstream.onMessage("hello", DOWN);
    for (let call = 0; call < 5; call++) await failureOf(headway.grpc.complete(alone));
    upstream.reset();
    upstream.onMessage("hello", { content: "well" });
  }
  return { headway, clock, told, breakIt };
}

it("is told of as it opens, half opens and closes, in GetUsage, ListModels, logs and spans", async () => {
  const { headway, clock, told, breakIt } = await start();
  expect(await told()).toMatchObject({ state: "CLOSED", healthy: true });
  await breakIt();
  const open = await told();
  expect(open).toMatchObject({ state: "OPEN", healthy: false });
  // The provider's other models are still well.
  expect(open.provider).toMatchObject({ healthy: true, breakerState: BreakerState.CLOSED });
  clock.advance(5_000);
  expect(await told()).toMatchObject({ state: "HALF_OPEN", healthy: true });
  expect(textOf(await headway.grpc.complete(alone))).toBe("well");
  expect(await told()).toMatchObject({ state: "CLOSED", healthy: true });

  const states = spans
    .spans()
    .filter(({ name }) => name.startsWith("chat "))
    .map(({ attributes }) => [
      attributes["headway.breaker_state"],
      attributes["headway.breaker_probe"] ?? false,
    ]);
  expect(states).toEqual([...new Array(4).fill(["closed", false]), ["open", false], ["closed", true]]);
  const logged = headway
    .logs()
    .split("\n")
    .filter((line) => line.includes('"breaker"'))
    .map((line) => JSON.parse(line));
  expect(logged).toMatchObject([
    { deployment: MODEL, breaker: "open" },
    { deployment: MODEL, breaker: "half_open" },
    { deployment: MODEL, breaker: "closed" },
  ]);
});

it("refuses clearly when all are open, and says when to come back", async () => {
  const { headway, clock, breakIt } = await start();
  await breakIt();
  clock.advance(2_000);
  const failure = await failureOf(headway.grpc.complete(alone));
  expect(failure).toMatchObject({
    code: "Unavailable",
    reason: "CANDIDATES_UNAVAILABLE",
    metadata: { models: MODEL },
    retryDelayMs: 3_000,
  });
  expect(failure.message).toBe(
    `${MODEL} skipped: it failed too often lately; its breaker is open for another 3 s. ` +
      "Try again later, or name models of other providers.",
  );
  expect(upstream.getRequests()).toHaveLength(0);
});

it("sends everyone to the next candidate while it is open, and says so", async () => {
  const { headway, breakIt } = await start();
  await breakIt();
  const answer = await headway.grpc.complete(ask("hello", { model: MODEL, fallbackModels: [OTHER] }));
  expect(answer.model).toBe(OTHER);
  expect(answer.route.find(({ model }) => model === MODEL)?.explanation).toMatch(/breaker is open/);
  const routes = spans.spans().filter(({ name }) => name === "route");
  expect(routes.at(-1)?.attributes).toMatchObject({
    "headway.route": [OTHER],
    "headway.breakers_open": [MODEL],
  });
});

it("lets one probe through of many that come when its time is over", async () => {
  const { headway, clock, breakIt } = await start();
  await breakIt();
  clock.advance(5_000);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      headway.grpc.complete(ask("hello", { model: MODEL, fallbackModels: [OTHER] })),
    ),
  );
  expect(answers.filter(({ model }) => model === MODEL).length).toBeGreaterThanOrEqual(1);
  const probes = spans.spans().filter(({ attributes }) => attributes["headway.breaker_probe"] === true);
  // One in this test, and one in the first.
  expect(probes).toHaveLength(2);
});
