import { describe, expect, test } from "vitest";
import { callAmounts } from "../../src/core/limit.ts";
import { Quota } from "../../src/scheduler/quota.ts";
import { PoolUsage } from "../../src/tracker/pool-usage.ts";
import { concurrent, MINUTE_MS, poolRules, requestsPer, tokensPer } from "../support/scheduling/rules.ts";
import { leaseOf, TestBench } from "../support/scheduling/test-bench.ts";

const RULES = poolRules([tokensPer(MINUTE_MS, 1002), requestsPer(MINUTE_MS, 12), concurrent(5)], {
  spacing: "none",
});

/** Tokens, requests and calls that are charged now. */
function charged(bench: TestBench): number[] {
  return bench.pool.usage.limits(bench.clock.monotonicMs()).map(({ used, reserved }) => used + reserved);
}

function granted(bench: TestBench, leaseDurationMs = 10_000) {
  return leaseOf(bench.ask({ amounts: callAmounts(40, 60), leaseDurationMs }));
}

describe("a slot ends", () => {
  test.each([
    { name: "settled lower", end: "settle", used: 30, charges: [30, 1, 0], state: "settled" },
    { name: "settled as estimated", end: "settle", used: 100, charges: [100, 1, 0], state: "settled" },
    { name: "settled higher", end: "settle", used: 150, charges: [150, 1, 0], state: "settled" },
    { name: "released", end: "release", used: 0, charges: [0, 0, 0], state: "released" },
    { name: "expired", end: "expire", used: 0, charges: [100, 1, 0], state: "expired" },
  ])("$name", async ({ end, used, charges, state }) => {
    const bench = new TestBench(RULES);
    const lease = granted(bench);
    expect(charged(bench)).toEqual([100, 1, 1]);
    if (end === "settle") expect(bench.scheduler.settle(lease, callAmounts(0, used))).toBe(true);
    if (end === "release") expect(bench.scheduler.release(lease)).toBe(true);
    if (end === "expire") await bench.run(10_000);
    expect(charged(bench)).toEqual(charges);
    expect(lease.state).toBe(state);
    expect(bench.scheduler.openLeases).toBe(0);
    expect(bench.expired).toEqual(end === "expire" ? [lease.id] : []);
    expect(bench.scheduler.find(lease.id)).toBe(end === "expire" ? lease : undefined);
  });
});

describe("a slot that has ended", () => {
  test.each(["settle", "release"] as const)("by %s takes no other end", (end) => {
    const bench = new TestBench(RULES);
    const lease = granted(bench);
    const finish = (used: number): boolean =>
      end === "settle" ? bench.scheduler.settle(lease, callAmounts(0, used)) : bench.scheduler.release(lease);
    expect(finish(50)).toBe(true);
    const before = charged(bench);
    expect(finish(10)).toBe(false);
    expect(bench.scheduler.settle(lease, callAmounts(0, 10))).toBe(false);
    expect(bench.scheduler.release(lease)).toBe(false);
    expect(bench.scheduler.renew(lease, 1000)).toBe(false);
    expect(charged(bench)).toEqual(before);
  });

  test("by expiry is corrected once by a late settlement, and cannot be released", async () => {
    const bench = new TestBench(RULES);
    const lease = granted(bench);
    await bench.run(11_000);
    expect(bench.scheduler.release(lease)).toBe(false);
    expect(bench.scheduler.settle(lease, callAmounts(0, 30))).toBe(true);
    expect(charged(bench)).toEqual([30, 1, 0]);
    expect(bench.scheduler.settle(lease, callAmounts(0, 10))).toBe(false);
    expect(charged(bench)).toEqual([30, 1, 0]);
    expect(bench.scheduler.find(lease.id)).toBeUndefined();
  });

  test("by expiry is remembered for an hour and then forgotten, while an open one stays", async () => {
    const bench = new TestBench(RULES);
    const lease = granted(bench);
    const open = granted(bench, 1e9);
    const grantEveryMinute = async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute++) {
        await bench.run(MINUTE_MS);
        granted(bench);
      }
    };
    await grantEveryMinute(59);
    expect(bench.scheduler.find(lease.id)).toBe(lease);
    await grantEveryMinute(30);
    expect(bench.scheduler.find(lease.id)).toBeUndefined();
    expect(bench.scheduler.find(open.id)).toBe(open);
  });

  test("by expiry is remembered among at most 100,000 others", async () => {
    const bench = new TestBench(poolRules([concurrent(1_000_000)]));
    const open = granted(bench, 1e9);
    const early = granted(bench);
    const expire = async (count: number): Promise<void> => {
      for (let call = 0; call < count; call++) granted(bench);
      await bench.run(10_000);
    };
    await expire(90_000);
    expect(bench.scheduler.find(early.id)).toBe(early);
    await expire(30_000);
    await expire(10_000);
    expect(bench.scheduler.find(early.id)).toBeUndefined();
    expect(bench.scheduler.find(open.id)).toBe(open);
    expect([...bench.scheduler.leases()]).toEqual([open]);
  });
});

describe("open slots among very many that have ended", () => {
  test("are found, and expire at their own moments", async () => {
    const bench = new TestBench(poolRules([concurrent(1_000_000)]));
    const open: ReturnType<typeof granted>[] = [];
    for (let call = 0; call < 60_000; call++) {
      const lease = granted(bench, 5_000 + (call % 7_000));
      if (call % 601 === 0) open.push(lease);
      else if (call % 2 === 0) bench.scheduler.settle(lease, callAmounts(1, 1));
      else bench.scheduler.release(lease);
    }
    expect(bench.scheduler.openLeases).toBe(open.length);
    expect(new Set(bench.scheduler.leases())).toEqual(new Set(open));
    for (const lease of open) expect(bench.scheduler.find(lease.id)).toBe(lease);
    const due = open.toSorted((left, right) => left.expireMs - right.expireMs).map(({ id }) => id);
    await bench.run(12_000);
    expect(bench.expired.map((id) => due.indexOf(id))).toEqual(due.map((_, index) => index));
    expect(bench.scheduler.openLeases).toBe(0);
  });
});

describe("a slot's time", () => {
  test("is longer after a renewal, and never shorter", async () => {
    const bench = new TestBench(RULES);
    const lease = granted(bench);
    await bench.run(9_000);
    expect(bench.scheduler.renew(lease, 5_000)).toBe(true);
    expect(bench.scheduler.renew(lease, 1)).toBe(true);
    await bench.run(4_999);
    expect(lease.state).toBe("granted");
    await bench.run(1);
    expect(lease.state).toBe("expired");
  });

  test("ends for each at its own moment", async () => {
    const bench = new TestBench(RULES);
    const leases = [3000, 1000, 2000].map((durationMs) => granted(bench, durationMs));
    const states = (): string[] => leases.map(({ state }) => state);
    await bench.run(1000);
    expect(states()).toEqual(["granted", "expired", "granted"]);
    await bench.run(1000);
    expect(states()).toEqual(["granted", "expired", "expired"]);
    await bench.run(1000);
    expect(states()).toEqual(["expired", "expired", "expired"]);
  });

  test("ends for each of very many at its own moment, also after a renewal", async () => {
    const bench = new TestBench(poolRules([concurrent(20_002)]));
    const slots = Array.from({ length: 20_000 }, (_, index) => {
      const lease = granted(bench, 1000 + ((index * 7919) % 60_000));
      if (index % 3 === 0) bench.scheduler.renew(lease, 30_000 + index);
      return { id: lease.id, expireMs: lease.expireMs };
    });
    slots.sort((left, right) => left.expireMs - right.expireMs);
    const due = (nowMs: number): number => slots.filter(({ expireMs }) => expireMs <= nowMs).length;
    for (let nowMs = 3000; nowMs <= 63_000; nowMs += 3000) {
      await bench.run(3000);
      expect(bench.expired).toHaveLength(due(nowMs));
    }
    const expireMs = new Map(slots.map((slot) => [slot.id, slot.expireMs]));
    expect(bench.expired.map((id) => expireMs.get(id))).toEqual([...expireMs.values()]);
  });

  test("frees the place of the call for who waits, and not what it was charged", async () => {
    const bench = new TestBench(poolRules([concurrent(3)]));
    granted(bench, 2_000);
    const next = bench.ask();
    await bench.run(1_999);
    expect(next.answer).toBeUndefined();
    await bench.run(1);
    expect(leaseOf(next)).toMatchObject({ wait: { waitedMs: 2000, causes: ["concurrency"] } });
  });
});

test("what counts above an estimate is counted as such, per limit", () => {
  const bench = new TestBench(RULES);
  bench.scheduler.settle(granted(bench), callAmounts(60, 40));
  expect(bench.pool.counters.estimateExceeded).toBe(0);
  bench.scheduler.settle(granted(bench), callAmounts(60, 41));
  expect(bench.pool.counters.estimateExceeded).toBe(1);
});

describe("scopes beside the pool", () => {
  function quota() {
    const usage = new PoolUsage(
      poolRules([tokensPer(MINUTE_MS, 302)], { spacing: "none" }),
      0,
      (monotonicMs) => monotonicMs,
    );
    return { usage, scope: new Quota("tenant", usage) };
  }

  test("are charged all or nothing", () => {
    const bench = new TestBench(RULES);
    const { usage, scope } = quota();
    const asks = [1, 2, 3, 4].map(() =>
      bench.ask({ amounts: callAmounts(40, 60), scopes: [scope], maxWaitMs: 1000 }),
    );
    expect(asks.map(({ answer }) => answer?.kind)).toEqual(["lease", "lease", "lease", "refused"]);
    expect(charged(bench)[0]).toBe(300);
    bench.scheduler.release(leaseOf(asks[0]!));
    expect(usage.limits(0)[0]).toMatchObject({ used: 0, reserved: 200 });
    expect(charged(bench)[0]).toBe(200);
  });

  test("are corrected when a slot that has expired is settled after all", async () => {
    const bench = new TestBench(RULES);
    const { usage, scope } = quota();
    const ask = () =>
      leaseOf(bench.ask({ amounts: callAmounts(40, 60), scopes: [scope], leaseDurationMs: 1000 }));
    const [first, second] = [ask(), ask()];
    await bench.run(1000);
    const used = () => usage.limits(bench.clock.monotonicMs())[0]?.used;
    expect(used()).toBe(200);
    bench.scheduler.settle(first!, callAmounts(10, 20));
    expect(used()).toBe(130);
    bench.scheduler.settle(second!, callAmounts(100, 50));
    expect(used()).toBe(180);
    expect(charged(bench)).toEqual([180, 2, 0]);
  });

  test.each(["start", "end", "split"] as const)(
    "and pools that count at the %s are corrected where they counted",
    async (chargeAt) => {
      const limits = [tokensPer(10_000, 1002)];
      const bench = new TestBench(poolRules(limits, { chargeAt, spacing: "none", guardMs: 0 }));
      const lease = granted(bench, 4_000);
      await bench.run(5_000);
      bench.scheduler.settle(lease, callAmounts(10, 20));
      expect(charged(bench)).toEqual([30]);
      await bench.run(chargeAt === "start" ? 4_999 : 8_999);
      expect(charged(bench)).toEqual([30]);
      await bench.run(1);
      expect(charged(bench)).toEqual([0]);
    },
  );

  test("let others pass while one tenant's is full", async () => {
    const bench = new TestBench(poolRules([tokensPer(MINUTE_MS, 1002)], { spacing: "none" }));
    const { scope } = quota();
    for (let call = 0; call < 3; call++) bench.ask({ amounts: callAmounts(40, 60), scopes: [scope] });
    const blocked = bench.ask({ amounts: callAmounts(40, 60), scopes: [scope], tenant: "full", level: 0 });
    const free = bench.ask({ amounts: callAmounts(40, 60), tenant: "free" });
    await bench.run(1);
    expect(blocked.answer).toBeUndefined();
    expect(free.answer?.kind).toBe("lease");
    await bench.run(61_000);
    expect(blocked.answer?.kind).toBe("lease");
  });
});
