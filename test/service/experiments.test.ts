import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { failureOf } from "../support/service/failure.ts";
import { recordSpans } from "../support/service/recorded-spans.ts";
import { startHeadway } from "../support/service/start-headway.ts";
import { ask, collect } from "../support/service/talk.ts";
import { UPSTREAM_MODELS, upstreamConfig } from "../support/service/upstream-config.ts";

const spans = recordSpans();
const upstream = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
beforeAll(async () => {
  await upstream.start();
  upstream.onMessage("hello", { content: "well" });
});
afterAll(() => Promise.all([upstream.stop(), spans.stop()]));

const ROUTING = `
routing:
  experiments:
    price:
      split_by: tag:user
      arms: {cheap: {model: ${UPSTREAM_MODELS.gemini}}, dear: {model: ${UPSTREAM_MODELS.openai}}}
`;
const MODELS = { cheap: UPSTREAM_MODELS.gemini, dear: UPSTREAM_MODELS.openai } as const;

async function start(...sections: string[]) {
  const config = upstreamConfig(upstream.url, { sections: [ROUTING, ...sections] });
  const headway = await startHeadway({ config });
  onTestFinished(() => headway.close());
  return headway;
}

it("the arm decides the model and labels the answer, the plan, usage and spans", async () => {
  const headway = await start();
  const counts = { cheap: 0, dear: 0 };
  for (let user = 0; user < 12; user++) {
    const request = ask("hello", { tags: { user: `u${user}` } });
    const answer =
      user % 2 === 0
        ? await headway.grpc.complete(request)
        : (await collect(headway.grpc.streamComplete({ request }))).done!;
    expect(answer.experiments).toMatchObject([{ experiment: "price" }]);
    const arm = answer.experiments[0]!.arm as keyof typeof MODELS;
    expect(answer.model).toBe(MODELS[arm]);
    counts[arm]++;
    const plan = await headway.grpc.planComplete({ request });
    expect(plan.experiments).toEqual(answer.experiments);
  }
  expect(Math.min(counts.cheap, counts.dear)).toBeGreaterThan(0);

  const { groups } = await headway.grpc.getUsage({ groupBy: ["tag:experiment.price"] });
  const byArm = groups.map(({ key, totals }) => [key["tag:experiment.price"], Number(totals?.requests)]);
  expect(Object.fromEntries(byArm)).toEqual(counts);

  const attempts = spans.spans().filter(({ name }) => name.startsWith("chat "));
  const ofArm = (arm: string) =>
    attempts.filter(({ attributes }) => attributes["headway.experiment.price"] === arm).length;
  expect({ cheap: ofArm("cheap"), dear: ofArm("dear") }).toEqual(counts);
  const routes = spans.spans().filter(({ name }) => name === "route");
  expect(routes.every(({ attributes }) => attributes["headway.experiment.price"] !== undefined)).toBe(true);
});

it("who lacks the tag or names a model takes no part", async () => {
  const headway = await start();
  const tagless = await headway.grpc.complete(ask("hello"));
  const named = await headway.grpc.complete(
    ask("hello", { model: UPSTREAM_MODELS.ollama, tags: { user: "u1" } }),
  );
  expect([tagless.experiments, named.experiments]).toEqual([[], []]);
});

it("an answer from the cache keeps its arm", async () => {
  const headway = await start("cache: {enabled: true}");
  const request = ask("hello", { tags: { user: "u1" }, temperature: 0 });
  const first = await headway.grpc.complete(request);
  const second = await headway.grpc.complete(request);
  expect(second.cacheHit).toBe(true);
  expect(second.experiments).toEqual(first.experiments);
  const { groups } = await headway.grpc.getUsage({ groupBy: ["tag:experiment.price"] });
  expect(groups.map(({ totals }) => Number(totals?.requests))).toEqual([2]);
});

it("react_agent asks for gpt-4o-mini first, before an experiment", async () => {
  const headway = await start();
  const request = ask("hello", { preset: "react_agent", tags: { user: "u1" } });
  const answer = await headway.grpc.complete(request);
  expect(answer.model).toBe("openai/gpt-4o-mini");
  // The preset's models come before an experiment's.
  expect(answer.experiments).toEqual([]);
  const streamed = await collect(headway.grpc.streamComplete({ request }));
  expect(streamed.done?.route[0]?.explanation).toMatch(/preset react_agent/);
});

it("react_agent waits 5 s at most", async () => {
  const openai = `{base_url: "${upstream.url}/v1", api_key: none, models: {gpt-4o-mini: {limits: {rpm: 3}}}}`;
  const headway = await startHeadway({ config: `providers: {openai: ${openai}, echo: {enabled: false}}` });
  onTestFinished(() => headway.close());
  const request = ask("hello", { preset: "react_agent" });
  await headway.grpc.complete(request);
  const failure = await failureOf(headway.grpc.complete(request));
  expect(failure.reason).toBe("WAIT_TOO_LONG");
  expect(failure.message).toContain("longer than max_wait of 5 s");
});
