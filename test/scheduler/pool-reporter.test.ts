import { expect, test } from "vitest";
import { callAmounts } from "../../src/core/limit.ts";
import { reportPool } from "../../src/scheduler/pool-reporter.ts";
import { poolRules, tokensPer } from "../support/scheduling/rules.ts";
import { leaseOf, TestBench } from "../support/scheduling/test-bench.ts";

test("a pool tells the wait if all is used that was estimated, and the wait if as much is used as usually", () => {
  const bench = new TestBench(poolRules([tokensPer(10_000, 1002)], { guardMs: 0, spacing: "none" }));
  const waits = () => {
    const { clock, pool, scheduler } = bench;
    const report = reportPool({ clock, pool, scheduler, tenant: "default", models: [], deployments: [] });
    return [report.predictedWaitMs, report.likelyWaitMs];
  };
  expect(waits()).toEqual([0, undefined]);
  const first = leaseOf(bench.ask({ amounts: callAmounts(0, 500) }));
  bench.scheduler.settle(first, callAmounts(0, 250));
  bench.ask({ amounts: callAmounts(0, 750) });
  bench.ask({ amounts: callAmounts(0, 300) });
  expect(waits()).toEqual([10_000, 0]);
});
