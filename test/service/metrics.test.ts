import { readFileSync } from "node:fs";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { SlotOutcome } from "../../gen/es/headway/v1/slots_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { scrape } from "../support/metrics/scrape.ts";
import { collectBatch } from "../support/service/collect-batch.ts";
import { failureOf } from "../support/service/failure.ts";
import { SlotStream } from "../support/service/slot-stream.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";

const ADMIN = "admin-secret";
const TOKEN = "search-secret";
const AS_SEARCH = { headers: { authorization: `Bearer ${TOKEN}` } };
const PROMPT = "hello, a prompt that nobody else must see";
const OWN = { provider: "own", model: "own/a", deployment: "own/a" };

const upstream = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
beforeAll(() => upstream.start());
afterAll(() => upstream.stop());

let headway: Headway;
let clock: ManualClock;
beforeEach(async () => {
  upstream.reset();
  upstream.onMessage("hello", { content: "well" });
  clock = new ManualClock();
  headway = await startHeadway({ clock, config: config() });
  onTestFinished(() => headway.close());
});

function config(): string {
  const price = "price: {input_per_million_usd: 1000, output_per_million_usd: 4000}";
  return `
scheduler: {spacing: none, safety_margin: 0, lease_duration: 1m}
cache: {enabled: true}
admin_token: ${ADMIN}
tenants:
  search: {token: ${TOKEN}, budgets: {daily_usd: 100}}
budgets: {monthly_usd: 500, scopes: [{tag: team, daily_usd: 7}]}
providers:
  own:
    type: openai_compatible
    api_key: none
    base_url: "${upstream.url}/v1"
    limits: {rpm: 20, tpm: 100000, rpd: 1000}
    models:
      a: {context_window: 8192, max_output_tokens: 512, ${price}}
      b: {context_window: 8192, max_output_tokens: 512, ${price}}
`;
}

const read = () => scrape(headway.httpUrl, ADMIN);
const complete = (fields: Parameters<typeof ask>[1] = {}) =>
  headway.grpc.complete(ask(PROMPT, { model: "own/a", maxAttempts: 1, ...fields }), AS_SEARCH);
const acquire = () =>
  headway.grpc.acquireSlot({ models: ["own/a"], inputTokens: 800n, maxOutputTokens: 200n }, AS_SEARCH);
const settle = (slotId: string, outcome: SlotOutcome) =>
  headway.grpc.settleSlot({ slotId, outcome, usage: { inputTokens: 790n, outputTokens: 55n } }, AS_SEARCH);

/** Lets everything happen that there are metrics of. */
async function doEverything(): Promise<void> {
  await complete({ temperature: 0 });
  await complete({ temperature: 0 });
  await settle((await acquire()).slotId, SlotOutcome.SUCCEEDED);
  await settle((await acquire()).slotId, SlotOutcome.RATE_LIMITED);
  clock.advance(60_000);
  await acquire();
  clock.advance(60_001);
  await failureOf(headway.grpc.complete(ask(PROMPT, { model: "own/none" }), AS_SEARCH));
}

describe("the metrics", () => {
  it("count an attempt with its tokens and its cost", async () => {
    const { usage, cost } = await complete();
    const { value } = await read();
    const search = { tenant: "search", ...OWN };
    const ended = { ...search, kind: "attempt", outcome: "succeeded", reason: "" };
    expect(value("headway_attempts_total", ended)).toBe(1);
    expect(usage?.inputTokens).toBeGreaterThan(0n);
    expect(value("headway_tokens_total", { ...search, type: "input" })).toBe(Number(usage?.inputTokens));
    expect(value("headway_tokens_total", { ...search, type: "output" })).toBe(Number(usage?.outputTokens));
    const costUsd = Number(cost?.totalNanoUsd) / 1e9;
    expect(costUsd).toBeGreaterThan(0);
    expect(value("headway_cost_usd_total", search)).toBeCloseTo(costUsd, 9);
    expect(value("headway_wait_seconds_bucket", { ...OWN, kind: "attempt", le: "0" })).toBe(1);
    expect(value("headway_attempt_duration_seconds_count", { ...OWN, kind: "attempt" })).toBe(1);
    const budget = { scope: "tenant", value: "search", period: "day" };
    expect(value("headway_budget_limit_usd", budget)).toBe(100);
    expect(value("headway_budget_used_usd", budget)).toBeCloseTo(costUsd, 9);
    expect(value("headway_budget_remaining_usd", budget)).toBeCloseTo(100 - costUsd, 9);
    expect(value("headway_budget_used_usd", { scope: "all", period: "month" })).toBeCloseTo(costUsd, 9);
  });

  it("show a slot while it is open, and count it when it is settled", async () => {
    const { slotId } = await acquire();
    const open = await read();
    const tokens = { pool: "own/a", metric: "tokens", window: "60s" };
    expect(open.value("headway_open_slots", { pool: "own/a" })).toBe(1);
    expect(open.value("headway_open_slots", { pool: "own/b" })).toBe(0);
    expect(open.value("headway_pool_limit_cap", tokens)).toBe(100_000);
    expect(open.value("headway_pool_limit_reserved", tokens)).toBe(1000);
    expect(open.value("headway_pool_limit_used", tokens)).toBe(0);
    const day = { pool: "own/a", metric: "requests", window: "86400s" };
    expect(open.value("headway_pool_limit_reserved", day)).toBe(1);
    expect(open.value("headway_budget_reserved_usd", { scope: "tenant" })).toBeCloseTo(1.6, 9);
    expect(open.value("headway_attempts_total")).toBeUndefined();
    clock.advance(3_000);
    await settle(slotId, SlotOutcome.SUCCEEDED);
    const { value } = await read();
    expect(value("headway_open_slots", { pool: "own/a" })).toBe(0);
    expect(value("headway_pool_limit_used", tokens)).toBe(845);
    expect(value("headway_attempts_total", { ...OWN, kind: "slot", outcome: "succeeded" })).toBe(1);
    expect(value("headway_tokens_total", { ...OWN, type: "input" })).toBe(790);
    expect(value("headway_tokens_total", { ...OWN, type: "output" })).toBe(55);
    expect(value("headway_attempt_duration_seconds_sum", { ...OWN, kind: "slot" })).toBe(3);
    expect(value("headway_provider_rate_limited_total", { pool: "own/a" })).toBe(0);
  });

  it("count a 429 that leaked", async () => {
    await settle((await acquire()).slotId, SlotOutcome.RATE_LIMITED);
    const { value } = await read();
    expect(value("headway_provider_rate_limited_total", { pool: "own/a" })).toBe(1);
    expect(value("headway_provider_rate_limited_total", { pool: "own/b" })).toBe(0);
    const limited = { ...OWN, kind: "slot", outcome: "failed", reason: "RATE_LIMITED" };
    expect(value("headway_attempts_total", limited)).toBe(1);
  });

  it("count a slot that expired once, also when it is settled late, and nothing falls", async () => {
    const { slotId } = await acquire();
    clock.advance(60_001);
    const expired = await read();
    expect(expired.value("headway_expired_slots_total", OWN)).toBe(1);
    expect(expired.value("headway_attempts_total", { ...OWN, outcome: "expired" })).toBe(1);
    expect(expired.value("headway_tokens_total", { ...OWN, type: "input" })).toBe(800);
    await settle(slotId, SlotOutcome.SUCCEEDED);
    const { value } = await read();
    expect(value("headway_expired_slots_total", OWN)).toBe(1);
    expect(value("headway_attempts_total")).toBe(1);
    expect(value("headway_tokens_total", { ...OWN, type: "input" })).toBe(800);
    expect(value("headway_cost_usd_total")).toBe(expired.value("headway_cost_usd_total"));
  });

  it("count refusals of RPCs, on streams and in batches", async () => {
    await failureOf(complete({ model: "own/none" }));
    await failureOf(headway.connect.acquireSlot({ models: ["own/none"] }, AS_SEARCH));
    await failureOf(headway.grpc.getUsage({}));
    const stream = new SlotStream(headway.grpcAddress, { token: TOKEN });
    onTestFinished(() => stream.break());
    stream.acquire("one", { models: ["own/none"] });
    stream.acquire("two", { models: ["own/none"] });
    await stream.answerTo("two");
    const requests = [ask(PROMPT, { model: "own/a" }), ask(PROMPT, { model: "own/none" })];
    await collectBatch(headway.grpc.completeBatch({ requests }, AS_SEARCH));
    const { metrics } = await read();
    const counted = metrics
      .get("headway_refusals_total")!
      .samples.map(({ labels, value }) => [labels, value]);
    expect(counted).toEqual([
      [{ method: "Complete", reason: "MODEL_NOT_FOUND" }, 1],
      [{ method: "AcquireSlot", reason: "MODEL_NOT_FOUND" }, 1],
      [{ method: "GetUsage", reason: "TOKEN_INVALID" }, 1],
      [{ method: "HoldSlots", reason: "MODEL_NOT_FOUND" }, 2],
      [{ method: "CompleteBatch", reason: "MODEL_NOT_FOUND" }, 1],
    ]);
  });

  it("show who waits and how long", async () => {
    for (let slot = 0; slot < 20; slot++) await acquire();
    const stream = new SlotStream(headway.grpcAddress, { token: TOKEN });
    onTestFinished(() => stream.break());
    stream.acquire("waiting", { inputTokens: 1n, maxOutputTokens: 1n });
    await stream.placeOf("waiting", 1);
    const { value } = await read();
    expect(value("headway_queue_length", { pool: "own/a" })).toBe(1);
    expect(value("headway_queue_length", { pool: "own/b" })).toBe(0);
    expect(value("headway_predicted_wait_seconds", { pool: "own/a" })).toBeGreaterThan(59);
    expect(value("headway_predicted_wait_seconds", { pool: "own/b" })).toBe(0);
    clock.advance(62_000);
    const answer = await stream.answerTo("waiting");
    const acquired = answer.case === "acquired" ? answer.value : undefined;
    await settle(acquired?.slotId ?? "", SlotOutcome.SUCCEEDED);
    const later = await read();
    expect(later.value("headway_wait_seconds_bucket", { ...OWN, kind: "slot", le: "30" })).toBe(20);
    expect(later.value("headway_wait_seconds_bucket", { ...OWN, kind: "slot", le: "120" })).toBe(21);
  });

  it("show a breaker that opens", async () => {
    const stateOf = async () => {
      const { value } = await read();
      return ["closed", "half_open", "open"].map((state) =>
        value("headway_breaker_state", { deployment: "own/a", state }),
      );
    };
    expect(await stateOf()).toEqual([1, 0, 0]);
    upstream.reset();
    upstream.onMessage("hello", { error: { message: "It broke", type: "error" }, status: 500 });
    for (let call = 0; call < 5; call++) await failureOf(complete());
    expect(await stateOf()).toEqual([0, 0, 1]);
    const failed = { ...OWN, outcome: "failed", reason: "SERVER_ERROR" };
    expect((await read()).value("headway_attempts_total", failed)).toBe(5);
    clock.advance(5_000);
    expect(await stateOf()).toEqual([0, 1, 0]);
  });

  it("count an answer from the cache, which is no attempt", async () => {
    await complete({ temperature: 0 });
    expect((await complete({ temperature: 0 })).cacheHit).toBe(true);
    const { value } = await read();
    expect(value("headway_cache_hits_total", { tenant: "search", model: "own/a" })).toBe(1);
    expect(value("headway_attempts_total")).toBe(1);
  });

  it("hold no prompt, secret, tag or name of a request", async () => {
    await complete({ tags: { team: "blue-team" }, requestId: "order-17", taskType: "some-task" });
    const answer = await fetch(`${headway.httpUrl}/metrics`, {
      headers: { authorization: `Bearer ${ADMIN}` },
    });
    const text = await answer.text();
    expect(text).toContain('value="search"');
    for (const hidden of [PROMPT, ADMIN, TOKEN, "blue-team", "order-17", "some-task"]) {
      expect(text).not.toContain(hidden);
    }
  });
});

describe("/metrics", () => {
  const get = (headers: Record<string, string>, method = "GET") =>
    fetch(`${headway.httpUrl}/metrics`, { headers, method });

  it.each([
    ["no token", {}],
    ["a tenant's token", { authorization: `Bearer ${TOKEN}` }],
    ["a wrong token", { authorization: "Bearer admin-secre" }],
  ])("is closed to %s where there are tenants", async (_, headers) => {
    const answer = await get(headers);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    const text = await answer.text();
    expect(text).toContain("admin_token");
    expect(text).not.toContain("headway_");
  });

  it("is open where there are none", async () => {
    const open = await startHeadway({ config: "" });
    onTestFinished(() => open.close());
    await open.grpc.complete(ask("hello", { model: "echo/echo" }));
    const { metrics } = await scrape(open.httpUrl);
    const [attempt] = metrics.get("headway_attempts_total")!.samples;
    expect(attempt).toMatchObject({ labels: { model: "echo/echo" }, value: 1 });
    expect(attempt?.labels).not.toHaveProperty("tenant");
  });

  it("answers GET and HEAD alone, in the format that is asked for", async () => {
    const authorization = `Bearer ${ADMIN}`;
    expect((await get({ authorization }, "POST")).status).toBe(405);
    const head = await get({ authorization }, "HEAD");
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const plain = await get({ authorization, accept: "text/plain;version=0.0.4" });
    expect(plain.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2";
    const open = await get({ authorization, accept });
    expect(open.headers.get("content-type")).toMatch(/^application\/openmetrics-text; version=1.0.0/);
    const lines = (await open.text()).split("\n");
    expect(lines.slice(-2)).toEqual(["# EOF", ""]);
    expect(lines.slice(0, -1)).not.toContain("");
    expect(lines).toContain("# TYPE headway_refusals counter");
  });
});

describe("docs/metrics.md", () => {
  const text = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const documented = rows.map(([, name, type, labels]) => ({
    name: name!.replaceAll("`", ""),
    type: type!,
    labels: [...labels!.matchAll(/`([a-z_]+)`/g)].map(([, label]) => label!).sort(),
  }));

  it("has a row for every metric with its type and labels, and no other", async () => {
    await doEverything();
    const { metrics } = await read();
    const real = [...metrics].map(([name, { type, samples }]) => {
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      labels.delete("le");
      expect([name, samples.length]).not.toEqual([name, 0]);
      return { name, type, labels: [...labels].sort() };
    });
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    expect(documented.toSorted(byName)).toEqual(real.sort(byName));
  });

  it("asks in its examples only for metrics that there are", () => {
    const names = new Set(documented.map(({ name }) => name));
    const examples = [...text.matchAll(/^```(?:promql|yaml)\n(.*?)^```/gms)]
      .map(([, code]) => code!)
      .join("");
    const asked = [...examples.matchAll(/\bheadway_[a-z_]+[a-z]/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((name) => !names.has(name.replace(/_(bucket|sum|count)$/, "")))).toEqual([]);
  });
});
