import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Tree } from "../../src/config/tree.ts";
import { renderPlot } from "../../src/simulation/plot/plot.ts";
import { runWorkload, workloadFrom } from "./run-workload.ts";

const MINUTE_MS = 60_000;
const RUSH_BEGINS_MS = 5 * MINUTE_MS;
const RUSH_ENDS_MS = 12 * MINUTE_MS;
const MAX_WAIT_MS = MINUTE_MS;

test("the plot of docs/scheduling.md is what the engine does, and shows what is said of it", async () => {
  const workload = workloadFrom(parse(readFileSync("docs/plots/overload.yaml", "utf8")) as Tree);
  const report = await runWorkload("{}", workload, "tier1");
  expect(renderPlot([report])).toBe(readFileSync("docs/plots/overload.svg", "utf8"));

  const [pool] = report.pools;
  const { buckets, bucketMs, limit } = pool!;
  const inRush = buckets.filter(({ atMs }) => {
    return atMs - bucketMs / 2 >= RUSH_BEGINS_MS && atMs + bucketMs / 2 <= RUSH_ENDS_MS;
  });
  const perMinute = (count: number): number => (count * MINUTE_MS) / (inRush.length * bucketMs);
  const sumOf = (key: "arrived" | "started"): number => inRush.reduce((sum, one) => sum + one[key], 0);
  // Three times more than the limit lets through, and starts at the cap.
  expect(limit).toMatchObject({ limit: { amount: 500, windowMs: MINUTE_MS }, cap: 498, peakUtilization: 1 });
  const letThrough = (498 * MINUTE_MS) / (MINUTE_MS + pool!.guardMs);
  expect(perMinute(sumOf("arrived")) / letThrough).toBeGreaterThan(2.9);
  expect(perMinute(sumOf("started")) / letThrough).toBeGreaterThan(0.99);
  expect(Math.max(...buckets.map(({ counted }) => counted))).toBe(498);
  // Waits up to max_wait; refusals only for that, and at once: none comes when the rush is over.
  expect(report.total.waits!.maxMs).toBeLessThanOrEqual(MAX_WAIT_MS);
  expect(report.total.waits!.maxMs).toBeGreaterThan(0.99 * MAX_WAIT_MS);
  expect(Object.keys(report.total.refused)).toEqual(["WAIT_TOO_LONG"]);
  const refusedAfter = buckets.filter(({ atMs, refused }) => atMs > RUSH_ENDS_MS + bucketMs && refused > 0);
  expect(refusedAfter).toEqual([]);
  // Less than two minutes later nobody waits, but for the spacing of those who come.
  const emptyAgain = buckets.find(({ atMs, queueLength }) => atMs > RUSH_ENDS_MS && queueLength === 0);
  expect(emptyAgain!.atMs).toBeLessThan(RUSH_ENDS_MS + 2 * MINUTE_MS);
});
