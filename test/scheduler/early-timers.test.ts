import { expect, test } from "vitest";
import { concurrent, poolRules, requestsPer } from "../support/scheduling/rules.ts";
import { leaseOf, refusalOf, TestBench } from "../support/scheduling/test-bench.ts";

/** Every timer fires when half of its time is over, down to a millisecond. */
const early = { latenessMs: (delayMs: number) => (delayMs > 1 ? -delayMs / 2 : 0) };

test("timers that fire early let nothing start early, nor later than it could", async () => {
  const bench = new TestBench(
    poolRules([requestsPer(10_000, 2)], { guardMs: 0, safetyMargin: 0, spacing: "none" }),
    early,
  );
  const asked = Array.from({ length: 6 }, () => bench.ask());
  await bench.run(19_999);
  expect(asked.map(({ answer }) => answer !== undefined)).toEqual([true, true, true, true, false, false]);
  await bench.run(1);
  expect(asked.map((one) => leaseOf(one).startMs)).toEqual([0, 0, 10_000, 10_000, 20_000, 20_000]);
});

test("nor let a slot expire, or a waiter give up, before its time", async () => {
  const bench = new TestBench(poolRules([concurrent(1)], { safetyMargin: 0 }), early);
  const open = bench.ask({ leaseDurationMs: 60_000 });
  const waiting = bench.ask({ maxWaitMs: 30_000 });
  await bench.run(29_999);
  expect(waiting.answer).toBeUndefined();
  await bench.run(1);
  expect(refusalOf(waiting).reason).toBe("WAIT_TOO_LONG");
  await bench.run(29_999);
  expect(leaseOf(open).state).toBe("granted");
  await bench.run(1);
  expect(leaseOf(open).state).toBe("expired");
});
