import { Registry } from "prom-client";
import { expect, it } from "vitest";
import type { LedgerEntry } from "../../src/cost/ledger.ts";
import { CallMetrics } from "../../src/metrics/call-metrics.ts";
import { makeEntry } from "../support/ledger/make-entry.ts";

const PLACE = 'provider="own",model="own/a",deployment="own/a"';

/** The samples of some metrics after these calls, with `tenants` as labels where they are configured. */
async function samplesAfter(
  names: readonly string[],
  entries: readonly Partial<LedgerEntry>[],
): Promise<string[]> {
  const registry = new Registry();
  const metrics = new CallMetrics(registry, ["search"]);
  const place = { provider: "own", model: "own/a", deployment: "own/a" };
  for (const entry of entries) metrics.record(makeEntry({ ...place, reason: undefined, ...entry }));
  const lines = (await registry.metrics()).split("\n");
  return lines.filter((line) => names.some((name) => line.startsWith(name)));
}

it("puts a value that is equal to a bound below it, and adds the ranges up", async () => {
  const waits = [0, 10, 15.625, 300_000, 310_000];
  const entries = waits.map((waitedMs): Partial<LedgerEntry> => ({ kind: "slot", waitedMs }));
  const lines = await samplesAfter(["headway_wait_seconds"], entries);
  const bounds = ["0", "0.01", "0.1", "0.5", "1", "2.5", "5", "10", "30", "60", "120", "300", "+Inf"];
  const counts = [1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5];
  const labels = `${PLACE},kind="slot"`;
  expect(lines).toEqual([
    ...bounds.map((le, index) => `headway_wait_seconds_bucket{le="${le}",${labels}} ${counts[index]}`),
    `headway_wait_seconds_sum{${labels}} 610.025625`,
    `headway_wait_seconds_count{${labels}} 5`,
  ]);
});

it("tells apart how calls ended, by the tenants that are configured", async () => {
  const ends = [
    { tenant: "search", outcome: "succeeded" },
    { tenant: "search", outcome: "succeeded" },
    { tenant: "search", outcome: "failed", reason: "TIMEOUT" },
    { tenant: "one", outcome: "succeeded" },
    { tenant: "other", outcome: "succeeded" },
  ] as const;
  const lines = await samplesAfter(
    ["headway_attempts_total"],
    ends.map((end) => ({ kind: "attempt", ...end })),
  );
  expect(lines).toEqual([
    `headway_attempts_total{tenant="search",${PLACE},kind="attempt",outcome="succeeded",reason=""} 2`,
    `headway_attempts_total{tenant="search",${PLACE},kind="attempt",outcome="failed",reason="TIMEOUT"} 1`,
    `headway_attempts_total{${PLACE},kind="attempt",outcome="succeeded",reason=""} 2`,
  ]);
});

it("counts only what is known, and never down", async () => {
  const cost = { inputNanoUsd: 0n, outputNanoUsd: 0n, priceSource: "" };
  const lines = await samplesAfter(
    ["headway_tokens_total", "headway_cost_usd_total"],
    [
      { kind: "slot", usage: { totalTokens: 9 }, cost: undefined },
      {
        kind: "slot",
        usage: { inputTokens: 5, outputTokens: 0 },
        cost: { ...cost, totalNanoUsd: 500_000_000n },
      },
      {
        kind: "slot",
        usage: { inputTokens: -4, outputTokens: 2 },
        cost: { ...cost, totalNanoUsd: -7n },
        isLast: false,
      },
      { kind: "slot", usage: undefined, cost: undefined },
    ],
  );
  expect(lines).toEqual([
    `headway_tokens_total{${PLACE},type="unsplit"} 9`,
    `headway_tokens_total{${PLACE},type="input"} 5`,
    `headway_tokens_total{${PLACE},type="output"} 2`,
    `headway_cost_usd_total{${PLACE}} 0.5`,
  ]);
});
