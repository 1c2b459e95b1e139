import { describe, expect, it } from "vitest";
import type { QueuedAt } from "../../src/scheduler/waiter.ts";
import { concurrent, MINUTE_MS, poolRules, requestsPer } from "../support/scheduling/rules.ts";
import { type Ask, leaseOf, TestBench } from "../support/scheduling/test-bench.ts";

/** What a waiter is told: when, its position, and its planned wait. */
type Told = readonly [atMs: number, position: number, waitMs: number];

function listen(bench: TestBench, ask: Ask = {}): { told: Told[]; asked: ReturnType<TestBench["ask"]> } {
  const told: Told[] = [];
  const onQueued = ({ position, predictedWaitMs }: QueuedAt): void => {
    told.push([bench.clock.monotonicMs(), position, predictedWaitMs]);
  };
  return { told, asked: bench.ask({ ...ask, onQueued }) };
}

describe("who waits", () => {
  it("is told the place at once, and again each time that it moves up", async () => {
    const bench = new TestBench(poolRules([requestsPer(MINUTE_MS, 60)]));
    bench.ask();
    bench.ask();
    const { told } = listen(bench);
    await bench.run(1_900);
    expect(told).toEqual([
      [0, 2, 2_000],
      [1_000, 1, 1_000],
    ]);
  });

  it("is told nothing while nothing changes, though its wait gets shorter", async () => {
    const bench = new TestBench(poolRules([requestsPer(MINUTE_MS, 3)], { guardMs: 0, spacing: "none" }));
    bench.ask();
    const { told } = listen(bench);
    await bench.run(MINUTE_MS - 1);
    expect(told).toEqual([[0, 1, MINUTE_MS]]);
  });

  it("is told when somebody of higher priority goes before it", async () => {
    const bench = new TestBench(poolRules([requestsPer(MINUTE_MS, 3)], { guardMs: 0, spacing: "none" }));
    bench.ask();
    const { told } = listen(bench);
    bench.ask({ level: 0 });
    await bench.run(1_000);
    expect(told).toEqual([
      [0, 1, MINUTE_MS],
      [500, 2, 2 * MINUTE_MS - 500],
    ]);
  });

  it("is told when its provider asks everyone to wait", async () => {
    const bench = new TestBench(poolRules([requestsPer(MINUTE_MS, 3)], { guardMs: 0, spacing: "none" }));
    bench.ask();
    const { told } = listen(bench);
    bench.scheduler.hold(bench.pool, 90_000);
    await bench.run(1_000);
    expect(told).toEqual([
      [0, 1, MINUTE_MS],
      [500, 1, 89_500],
    ]);
  });

  it("is told at most twice a second, however often its place changes", async () => {
    const bench = new TestBench(poolRules([requestsPer(1_000, 102)], { safetyMargin: 2 }));
    for (let index = 0; index < 400; index++) bench.ask();
    const { told } = listen(bench);
    await bench.run(3_000);
    const pauses = told.slice(1).map(([atMs], index) => atMs - told[index]![0]);
    expect(told.length).toBeGreaterThan(4);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500);
  });

  it("is told nothing more when it has started or left, and then no timer is left", async () => {
    const bench = new TestBench(poolRules([concurrent(3)]));
    const first = bench.ask();
    const started = listen(bench);
    const left = listen(bench);
    left.asked.leave();
    bench.scheduler.settle(leaseOf(first), leaseOf(first));
    await bench.run(400);
    expect([started.asked.answer?.kind, left.asked.answer?.kind]).toEqual(["lease", "refused"]);
    await bench.run(5_000);
    expect([started.told.length, left.told.length]).toEqual([1, 1]);
    bench.scheduler.settle(leaseOf(started.asked), leaseOf(first));
    await bench.run(MINUTE_MS);
    expect(bench.pool.queue.size).toBe(0);
  });
});
