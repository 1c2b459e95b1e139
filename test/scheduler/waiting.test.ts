import { describe, expect, test } from "vitest";
import { callAmounts } from "../../src/core/limit.ts";
import { queueParts } from "../../src/scheduler/queue-bounds.ts";
import { concurrent, MINUTE_MS, poolRules, requestsPer, tokensPer } from "../support/scheduling/rules.ts";
import { leaseOf, refusalOf, TestBench } from "../support/scheduling/test-bench.ts";

/** One start a second. */
const RULES = poolRules([requestsPer(10_000, 10)], { guardMs: 0, safetyMargin: 0 });
const HIGH = 0;

describe("a wait that would be too long", () => {
  test("is refused at once, with the moment at which it would not be", () => {
    const bench = new TestBench(RULES);
    for (let call = 0; call < 5; call++) bench.ask();
    const refusal = refusalOf(bench.ask({ maxWaitMs: 4_400 }));
    expect(refusal).toMatchObject({ reason: "WAIT_TOO_LONG", retryAfterMs: 600 });
    expect(refusal.metadata).toMatchObject({ predicted_wait_ms: "5000", wait_causes: "spacing,queue" });
    expect(bench.pool.queue.size).toBe(4);
  });

  test.each([
    { maxWaitMs: 5000, deadlineMs: undefined, isIn: true },
    { maxWaitMs: 4999, deadlineMs: undefined, isIn: false },
    { maxWaitMs: 60_000, deadlineMs: 5000, isIn: true },
    { maxWaitMs: 60_000, deadlineMs: 4999, isIn: false },
  ])("ends at max_wait $maxWaitMs or the deadline $deadlineMs: waits is $isIn", async (bounds) => {
    const bench = new TestBench(RULES);
    for (let call = 0; call < 5; call++) bench.ask();
    const { maxWaitMs, deadlineMs, isIn } = bounds;
    const last = bench.ask({ maxWaitMs, ...(deadlineMs !== undefined && { deadlineMs }) });
    await bench.run(5000);
    expect(last.answer?.kind).toBe(isIn ? "lease" : "refused");
    if (isIn) expect(leaseOf(last).startMs).toBe(5000);
  });

  test("of 0 is for those who can start at once", async () => {
    const bench = new TestBench(RULES);
    expect(leaseOf(bench.ask({ maxWaitMs: 0 })).wait.waitedMs).toBe(0);
    expect(refusalOf(bench.ask({ maxWaitMs: 0 })).reason).toBe("WAIT_TOO_LONG");
  });

  test("is found out early when others go before", async () => {
    const bench = new TestBench(RULES);
    bench.ask();
    const waiting = bench.ask({ maxWaitMs: 2500 });
    for (let call = 0; call < 3; call++) bench.ask({ level: HIGH });
    await bench.run(100);
    expect(refusalOf(waiting)).toMatchObject({ reason: "WAIT_TOO_LONG" });
    expect(bench.pool.queue.size).toBe(3);
  });

  test("is found out early when the provider asks to wait, and others stay", async () => {
    const bench = new TestBench(RULES);
    bench.ask();
    const short = bench.ask({ maxWaitMs: 5_000 });
    const long = bench.ask({ maxWaitMs: 60_000 });
    bench.scheduler.hold(bench.pool, 20_000);
    await bench.run(100);
    expect(refusalOf(short).metadata?.wait_causes).toContain("provider_hold");
    await bench.run(20_000);
    expect(leaseOf(long).startMs).toBe(20_000);
    expect(leaseOf(long).wait.causes).toContain("provider_hold");
  });

  test("ends at the deadline where nobody can foresee it", async () => {
    const bench = new TestBench(poolRules([concurrent(3)]));
    bench.ask();
    const waiting = bench.ask({ maxWaitMs: 3_000 });
    await bench.run(2_999);
    expect(waiting.answer).toBeUndefined();
    await bench.run(1);
    expect(refusalOf(waiting).reason).toBe("WAIT_TOO_LONG");
    expect(bench.pool.queue.size).toBe(0);
  });

  test("is never granted after the deadline, though the timers are late", async () => {
    const bench = new TestBench(poolRules([concurrent(3)]), { latenessMs: () => 5 });
    const first = leaseOf(bench.ask());
    const late = bench.ask({ maxWaitMs: 1000 });
    const next = bench.ask({ maxWaitMs: 2000 });
    await bench.run(1001);
    bench.scheduler.release(first);
    await bench.run(0);
    expect(refusalOf(late).reason).toBe("WAIT_TOO_LONG");
    expect(leaseOf(next).startMs).toBe(1001);
  });
});

describe("a caller that goes away", () => {
  test("leaves at once, and those behind move up", async () => {
    const bench = new TestBench(RULES);
    bench.ask();
    const gone = bench.ask();
    const behind = bench.ask();
    gone.leave();
    await bench.run(1000);
    expect(refusalOf(gone).reason).toBe("CANCELLED");
    expect(leaseOf(behind).startMs).toBe(1000);
  });

  test("when its wait has ended changes nothing", async () => {
    const bench = new TestBench(RULES);
    bench.ask();
    const started = bench.ask();
    await bench.run(1000);
    started.leave();
    await bench.run(0);
    expect(leaseOf(started).state).toBe("granted");
  });
});

describe("a waiter in several queues", () => {
  test("is taken by the first and leaves the others", async () => {
    const bench = new TestBench(RULES);
    const quick = bench.addPool("quick", poolRules([requestsPer(1000, 2)], { guardMs: 0, safetyMargin: 0 }));
    for (const pool of [bench.pool, quick]) bench.ask({ pools: [pool] });
    const both = bench.ask({ pools: [bench.pool, quick] });
    const behind = bench.ask();
    expect([bench.pool.queue.size, quick.queue.size]).toEqual([2, 1]);
    await bench.run(500);
    expect(leaseOf(both).deployment).toBe("quick");
    expect([bench.pool.queue.size, quick.queue.size]).toEqual([1, 0]);
    await bench.run(500);
    expect(leaseOf(behind).startMs).toBe(1000);
  });

  test("stands only where it can start in time", async () => {
    const bench = new TestBench(RULES);
    const slow = bench.addPool(
      "slow",
      poolRules([requestsPer(MINUTE_MS, 1)], { guardMs: 0, safetyMargin: 0 }),
    );
    for (const pool of [bench.pool, slow]) bench.ask({ pools: [pool] });
    const asked = bench.ask({ pools: [slow, bench.pool], maxWaitMs: 5000 });
    expect(slow.queue.size).toBe(0);
    await bench.run(1000);
    expect(leaseOf(asked).deployment).toBe("pool");
  });

  test("is refused only when the last queue gives it up", async () => {
    const bench = new TestBench(RULES);
    const other = bench.addPool("other", RULES);
    for (const pool of [bench.pool, other]) bench.ask({ pools: [pool] });
    const asked = bench.ask({ pools: [bench.pool, other], maxWaitMs: 5000 });
    bench.scheduler.hold(bench.pool, 30_000);
    await bench.run(100);
    expect(asked.answer).toBeUndefined();
    bench.scheduler.hold(other, 30_000);
    await bench.run(100);
    expect(refusalOf(asked).reason).toBe("WAIT_TOO_LONG");
  });

  test("starts at once at the second when the first has no room", () => {
    const bench = new TestBench(RULES);
    const other = bench.addPool("other", RULES);
    bench.ask();
    expect(leaseOf(bench.ask({ pools: [bench.pool, other] })).deployment).toBe("other");
  });
});

describe("a full queue", () => {
  test("refuses the next", () => {
    const bench = new TestBench(RULES, { maxQueue: 3 });
    for (let call = 0; call < 4; call++) bench.ask();
    expect(refusalOf(bench.ask())).toMatchObject({
      reason: "QUEUE_FULL",
      retryAfterMs: 1000,
      metadata: { bound: "pool", max_queue: "3" },
    });
  });

  test("has a part for each tenant", () => {
    const bench = new TestBench(RULES, { maxQueue: 4, maxQueueOf: (tenant) => (tenant === "big" ? 3 : 1) });
    bench.ask();
    const big = [1, 2, 3, 4].map(() => bench.ask({ tenant: "big" }));
    const small = [1, 2].map(() => bench.ask({ tenant: "small" }));
    expect(big.map(({ answer }) => answer?.kind)).toEqual([undefined, undefined, undefined, "refused"]);
    expect(refusalOf(big[3]!).metadata).toMatchObject({ bound: "tenant", max_queue: "3" });
    expect(small.map(({ answer }) => answer?.kind)).toEqual([undefined, "refused"]);
  });

  test("is also one that holds too many tokens, of all or of one tenant", () => {
    const bench = new TestBench(RULES, {
      maxQueue: 10,
      maxQueueOf: () => 5,
      maxQueuedTokens: 1000,
    });
    bench.ask();
    const ask = (tenant: string, tokens: number) => bench.ask({ tenant, amounts: callAmounts(0, tokens) });
    expect(ask("large", 5000).answer).toBeUndefined();
    expect(refusalOf(ask("small", 1)).metadata).toMatchObject({ bound: "tokens", max_queue: "1000" });
    const other = new TestBench(RULES, { maxQueue: 10, maxQueueOf: () => 5, maxQueuedTokens: 1000 });
    other.ask();
    other.ask({ tenant: "a", amounts: callAmounts(0, 400) });
    const more = other.ask({ tenant: "a", amounts: callAmounts(0, 101) });
    expect(refusalOf(more).metadata).toMatchObject({ bound: "tenant_tokens", max_queue: "500" });
    expect(other.ask({ tenant: "b", amounts: callAmounts(0, 500) }).answer).toBeUndefined();
  });

  test.each([
    { tenant: "heavy", part: 75 },
    { tenant: "light", part: 25 },
    { tenant: "tiny", part: 1 },
    { tenant: "stranger", part: 101 },
  ])("is parted by weight: $tenant has $part", ({ tenant, part }) => {
    const weights = new Map(Object.entries({ heavy: 3, light: 1, tiny: 0.001 }));
    expect(queueParts(101, weights)(tenant)).toBe(part);
  });

  test("is everybody's where there are no tenants", () => {
    expect(queueParts(101, new Map())("default")).toBe(101);
  });
});

describe("what can never start", () => {
  test("is refused with the cap", () => {
    const bench = new TestBench(poolRules([tokensPer(MINUTE_MS, 1000)]));
    const refusal = refusalOf(bench.ask({ amounts: callAmounts(500, 499) }));
    expect(refusal).toMatchObject({
      reason: "REQUEST_TOO_LARGE",
      metadata: { cap: "998", metric: "tokens" },
    });
    expect(leaseOf(bench.ask({ amounts: callAmounts(500, 498) })).totalTokens).toBe(998);
  });
});

describe("what a waiter is told", () => {
  test("is its position and its waits, planned and likely", async () => {
    const bench = new TestBench(poolRules([tokensPer(10_000, 1002)], { guardMs: 0, spacing: "none" }));
    const told: unknown[] = [];
    const ask = (tokens: number): void => {
      bench.ask({ amounts: callAmounts(0, tokens), onQueued: (queued) => told.push(queued) });
    };
    ask(500);
    ask(500);
    ask(500);
    expect(told).toEqual([
      { deployment: "pool", position: 1, predictedWaitMs: 10_000, likelyWaitMs: undefined },
    ]);
    const [first] = bench.scheduler.leases();
    bench.scheduler.settle(first!, callAmounts(0, 250));
    ask(250);
    expect(told[1]).toEqual({ deployment: "pool", position: 2, predictedWaitMs: 10_000, likelyWaitMs: 0 });
  });
});

test("what 3,000 waiters of three tenants are told at one instant comes true", async () => {
  const bench = new TestBench(poolRules([requestsPer(10_000, 100)], { guardMs: 0, safetyMargin: 0 }));
  const told: number[] = [];
  const asked = Array.from({ length: 3000 }, (_, index) =>
    bench.ask({
      tenant: `t${index % 3}`,
      onQueued: ({ predictedWaitMs }) => (told[index] ??= predictedWaitMs),
    }),
  );
  await bench.run(300_000);
  // Ten starts a second: who stands beside somebody else's place may be a few starts off.
  const furthestMs = Math.max(
    ...asked.map((one, index) => Math.abs(leaseOf(one).wait.waitedMs - (told[index] ?? 0))),
  );
  expect(furthestMs).toBeLessThanOrEqual(500);
});

test("closing refuses everyone who waits and leaves no timer", async () => {
  const bench = new TestBench(RULES);
  const first = leaseOf(bench.ask());
  const waiting = [1, 2, 3].map(() => bench.ask());
  bench.scheduler.close({ kind: "refused", reason: "SHUTTING_DOWN", message: "the server stops" });
  await bench.run(10);
  expect(waiting.map((asked) => refusalOf(asked).reason)).toEqual(Array(3).fill("SHUTTING_DOWN"));
  expect(bench.scheduler.settle(first, callAmounts(1, 1))).toBe(true);
  expect(bench.clock.nextTimerMs()).toBeUndefined();
});
