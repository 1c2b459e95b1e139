import { expect, test } from "vitest";
import { arrivalsOf } from "../../src/simulation/arrivals.ts";
import { waitReport } from "../../src/simulation/quantiles.ts";
import type { LimitReport, SimulationReport } from "../../src/simulation/report.ts";
import { localModel, oneStream, runWorkload, workloadFrom } from "./run-workload.ts";

const MINUTE_MS = 60_000;

function limitOf(report: SimulationReport, metric: string, windowMs = MINUTE_MS): LimitReport {
  return report.models[0]!.limits.find(
    ({ limit }) => limit.metric === metric && limit.windowMs === windowMs,
  )!;
}

test("the same seed gives the same report, another seed another one", async () => {
  const yaml = localModel("{rpm: 60, tpm: 2000}");
  const stream = { rate: "80/m", input_tokens: { median: 20, spread: 2 }, priorities: { high: 1, low: 3 } };
  const run = (seed: number) => runWorkload(yaml, oneStream(stream, { seed, duration: "20m" }));
  const [first, again, other] = [await run(7), await run(7), await run(8)];
  expect(again).toEqual(first);
  expect(other.total).not.toEqual(first.total);
});

test("a workload at half the cap waits for spacing and for nothing else", async () => {
  const spacingMs = 100;
  const workload = oneStream({ rate: "299/m" }, { duration: "2h" });
  const report = await runWorkload(localModel("{rpm: 600}"), workload);
  // Requests that come in a clump are parted: each starts a spacing after the one before it, or at once.
  let lastStartMs = Number.NEGATIVE_INFINITY;
  const waitsMs = [...arrivalsOf(workload, workload.streams[0]!)].map(({ atMs }) => {
    lastStartMs = Math.max(atMs, lastStartMs + spacingMs);
    return lastStartMs - atMs;
  });
  const expected = waitReport(waitsMs)!;
  const { waits, requests, started, refused } = report.total;
  expect({ requests, started, refused }).toEqual({
    requests: waitsMs.length,
    started: waitsMs.length,
    refused: {},
  });
  expect(waits!.p50Ms).toBeCloseTo(expected.p50Ms, 3);
  expect(waits!.p95Ms).toBeCloseTo(expected.p95Ms, 3);
  expect(waits!.p99Ms).toBeCloseTo(expected.p99Ms, 3);
  expect(waits!.maxMs).toBeCloseTo(expected.maxMs, 3);
  expect(report.models[0]!.bindingLimit).toBeUndefined();
  expect(limitOf(report, "requests").utilization).toBeCloseTo((299 * 61) / 60 / 598, 1);
});

test("a threefold overload uses all that there is and refuses the rest with WAIT_TOO_LONG", async () => {
  const durationMs = 60 * MINUTE_MS;
  const report = await runWorkload(
    localModel("{rpm: 60}"),
    oneStream({ rate: "180/m", max_wait: "30s" }, { duration: "1h" }),
  );
  const { requests, started, refused, waits } = report.total;
  const possible = (58 * durationMs) / (MINUTE_MS + 1_000);
  expect(started).toBeGreaterThanOrEqual(possible * 0.99);
  expect(started).toBeLessThanOrEqual(possible + 58 + 30);
  expect(refused).toEqual({ WAIT_TOO_LONG: requests - started });
  expect(waits!.maxMs).toBeLessThanOrEqual(30_000);
  const requestLimit = limitOf(report, "requests");
  expect(requestLimit.utilization).toBeGreaterThanOrEqual(0.99);
  expect(requestLimit.peakUtilization).toBe(1);
  expect(report.models[0]!.bindingLimit).toMatchObject({
    limit: { metric: "requests", windowMs: MINUTE_MS },
  });
});

test.each([
  ["tokens", "{rpm: 6000, tpm: 2000}"],
  ["concurrent", "{rpm: 6000, concurrent: 3}"],
  ["output_tokens", "{rpm: 6000, tpm: 90000, otpm: 1000}"],
])("names the limit that binds: %s", async (metric, limits) => {
  const stream = { rate: "200/m", max_wait: "10s", latency: { first_token: "5s" } };
  const report = await runWorkload(localModel(limits), oneStream(stream, { duration: "10m" }));
  expect(report.models[0]!.bindingLimit).toMatchObject({ limit: { metric } });
  expect(report.total.refused.WAIT_TOO_LONG).toBeGreaterThan(0);
});

test("a day that runs out refuses the rest of it, and a short run says when that will be", async () => {
  const yaml = localModel("{rpm: 60, rpd: 302}");
  const short = await runWorkload(yaml, oneStream({ rate: "10/m" }, { duration: "10m" }));
  const expectedMs = (300 / short.total.started) * 10 * MINUTE_MS;
  expect(limitOf(short, "requests", 86_400_000).usedUpAfterMs).toBeCloseTo(expectedMs, -4);
  const long = await runWorkload(yaml, oneStream({ rate: "10/m" }, { duration: "2h" }));
  expect(long.total.started).toBe(300);
  expect(long.models[0]!.bindingLimit).toMatchObject({ limit: { windowMs: 86_400_000 } });
});

test("tenants share an overloaded pool by their weights, whatever they send", async () => {
  const workload = workloadFrom({
    duration: "1h",
    tenants: { big: { weight: 3 }, small: { weight: 1, share: 10 } },
    streams: {
      calls: {
        models: "local/model",
        rate: "600/m",
        input_tokens: 10,
        output_tokens: 10,
        max_output_tokens: 10,
        max_wait: "60s",
      },
    },
  });
  const report = await runWorkload(localModel("{rpm: 60}"), workload);
  const [big, small] = report.tenants;
  expect([big!.name, small!.name]).toEqual(["big", "small"]);
  expect(big!.started / small!.started).toBeGreaterThan(3 * 0.98);
  expect(big!.started / small!.started).toBeLessThan(3 * 1.02);
});

test("a tenant's own limits hold beside those of the pool", async () => {
  const yaml = `${localModel("{rpm: 600}")}tenants: {limited: {token: abc, limits: {rpm: 10}}}`;
  const workload = oneStream(
    { rate: "60/m", max_wait: "5s" },
    { duration: "30m", tenants: { limited: {}, free: {} } },
  );
  const [limited, free] = (await runWorkload(yaml, workload)).tenants;
  expect(limited!.started).toBeGreaterThan(280);
  expect(limited!.started).toBeLessThanOrEqual(300 + 10);
  expect(limited!.heldBack).toBeGreaterThanOrEqual(limited!.requests - limited!.started);
  expect(free).toMatchObject({ refused: {}, heldBack: 0 });
});

test("a high priority waits less than a low one", async () => {
  const stream = { rate: "70/m", priorities: { high: 1, low: 9 }, max_wait: "60s" };
  const { priorities } = await runWorkload(localModel("{rpm: 60}"), oneStream(stream, { duration: "1h" }));
  expect(priorities.map(({ name }) => name)).toEqual(["high", "low"]);
  expect(priorities[0]!.waits!.p95Ms).toBeLessThan(priorities[1]!.waits!.p50Ms);
});

test("what one model has no room for goes to the next", async () => {
  const yaml = `
providers:
  local:
    type: openai_compatible
    base_url: http://127.0.0.1:1/v1
    models: {small: {limits: {rpm: 30}}, large: {limits: {rpm: 600}}}
`;
  const stream = { models: ["local/small", "local/large"], rate: "120/m" };
  const report = await runWorkload(yaml, oneStream(stream, { duration: "30m" }));
  expect(report.total.refused).toEqual({});
  const [small, large] = report.models;
  expect(small!.started + large!.started).toBe(report.total.requests);
  expect(large!.started).toBeGreaterThan(small!.started);
});

test("costs are those of the tokens that were really used", async () => {
  const stream = { rate: "30/m", input_tokens: 100, output_tokens: 25, max_output_tokens: 5_000 };
  const { models } = await runWorkload(localModel("{rpm: 60}"), oneStream(stream, { duration: "10m" }));
  const [model] = models;
  expect(model!.costNanoUsd).toBe(BigInt(model!.started) * 125_000n);
  expect(model).toMatchObject({ inputTokens: model!.started * 100, outputTokens: model!.started * 25 });
});

test("an answer is cut at its maximum; without one it may take more than was learned, which is counted", async () => {
  const long = { rate: "30/m", output_tokens: { median: 100, spread: 3 } };
  const yaml = localModel("{rpm: 60, tpm: 100000}");
  const cut = await runWorkload(yaml, oneStream({ ...long, max_output_tokens: 50 }, { duration: "30m" }));
  expect(cut.models[0]).toMatchObject({ estimateExceeded: 0 });
  expect(cut.total.outputTokens).toBeLessThanOrEqual(cut.total.started * 50);
  const free = await runWorkload(yaml, oneStream({ ...long, max_output_tokens: null }, { duration: "30m" }));
  expect(free.models[0]!.estimateExceeded).toBeGreaterThan(0);
});

test("a request that no limit can take is refused as too large", async () => {
  const report = await runWorkload(
    localModel("{rpm: 60, tpm: 1000}"),
    oneStream({ rate: "10/m", input_tokens: 2_000 }, { duration: "5m" }),
  );
  expect(report.total.refused).toEqual({ REQUEST_TOO_LARGE: report.total.requests });
  expect(report.models[0]!.bindingLimit).toMatchObject({ limit: { metric: "tokens" } });
});

test("a higher tier meets the same requests and never refuses more", async () => {
  const workload = oneStream(
    { models: "openai/gpt-4o-mini", rate: "600/m", input_tokens: 500, max_wait: "10s" },
    { duration: "5m" },
  );
  const [low, high] = [await runWorkload("", workload, "tier1"), await runWorkload("", workload, "tier2")];
  expect([low.tier, high.tier]).toEqual(["tier1", "tier2"]);
  expect(high.total.requests).toBe(low.total.requests);
  expect(low.total.refused.WAIT_TOO_LONG).toBeGreaterThan(0);
  expect(high.total.refused).toEqual({});
});

test("plots tell what came, started and was refused, and never show more than the cap", async () => {
  const stream = { rate: "180/m", from: "5m", until: "10m", max_wait: "20s" };
  const { pools, total } = await runWorkload(localModel("{rpm: 60}"), oneStream(stream, { duration: "20m" }));
  const [pool] = pools;
  const sum = (key: "arrived" | "started" | "refused") =>
    pool!.buckets.reduce((all, bucket) => all + bucket[key], 0);
  expect([sum("arrived"), sum("started"), sum("refused")]).toEqual([
    total.requests,
    total.started,
    total.requests - total.started,
  ]);
  expect(Math.max(...pool!.buckets.map(({ counted }) => counted))).toBe(58);
  const before = pool!.buckets.filter(({ atMs }) => atMs < 5 * MINUTE_MS);
  expect(before.every(({ arrived }) => arrived === 0)).toBe(true);
});
