import { describe, expect, test } from "vitest";
import { callAmounts } from "../../src/core/limit.ts";
import { poolRules, requestsPer, tokensPer } from "../support/scheduling/rules.ts";
import { type Asked, TestBench } from "../support/scheduling/test-bench.ts";

const HIGH = 0;
const NORMAL = 1;
const LOW = 2;

/** 10 starts a second, evenly. */
const RULES = poolRules([requestsPer(1000, 12)], { guardMs: 0, spacing: "none" });

function granted(asked: readonly Asked[]): number {
  return asked.filter(({ answer }) => answer?.kind === "lease").length;
}

function many(count: number, ask: () => Asked): Asked[] {
  return Array.from({ length: count }, ask);
}

/** Jain's index: 1 when all have the same. */
function jain(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum ** 2 / (values.length * values.reduce((total, value) => total + value ** 2, 0));
}

describe("between tenants", () => {
  test("one that sends a hundred times as much gets no more than the other while both wait", async () => {
    const bench = new TestBench(RULES, { maxQueue: 20_000 });
    const loud = many(10_000, () => bench.ask({ tenant: "loud" }));
    const quiet = many(100, () => bench.ask({ tenant: "quiet" }));
    await bench.run(15_000);
    const before = granted(loud);
    expect(granted(quiet)).toBeGreaterThan(60);
    expect(granted(quiet)).toBeLessThan(100);
    // What the loud one got while it was alone does not count.
    expect(jain([before - 10, granted(quiet)])).toBeGreaterThanOrEqual(0.99);
  });

  test("five that wait get the same, whatever the size of their calls", async () => {
    const bench = new TestBench(poolRules([tokensPer(1000, 10_002)], { guardMs: 0, spacing: "none" }), {
      maxQueue: 50_000,
    });
    const sizes = [50, 100, 200, 400, 1000];
    const asked = sizes.map((size, index) =>
      many(8_000, () => bench.ask({ tenant: `t${index}`, amounts: callAmounts(size / 2, size / 2) })),
    );
    await bench.run(60_000);
    const tokens = sizes.map((size, index) => size * granted(asked[index]!));
    expect(jain(tokens)).toBeGreaterThanOrEqual(0.99);
  });

  test("weights of 3 to 1 give 3 to 1", async () => {
    const bench = new TestBench(RULES, { weightOf: (tenant) => (tenant === "heavy" ? 3 : 1) });
    const heavy = many(3000, () => bench.ask({ tenant: "heavy" }));
    const light = many(3000, () => bench.ask({ tenant: "light" }));
    await bench.run(200_000);
    expect(granted(heavy)).toBeLessThan(3000);
    const ratio = granted(heavy) / granted(light);
    expect(Math.abs(ratio - 3) / 3).toBeLessThan(0.02);
  });

  test("what a call did not use is given back to its tenant", async () => {
    const bench = new TestBench(poolRules([tokensPer(1000, 1002)], { guardMs: 0, spacing: "none" }));
    const ask = (tenant: string, reserved: number): Asked =>
      bench.ask({
        tenant,
        amounts: callAmounts(0, reserved),
        onGranted: (lease) => bench.scheduler.settle(lease, callAmounts(0, 10)),
      });
    const wasteful = many(2000, () => ask("wasteful", 100));
    const exact = many(2000, () => ask("exact", 10));
    await bench.run(20_000);
    expect(granted(exact)).toBeLessThan(2000);
    expect(jain([granted(wasteful), granted(exact)])).toBeGreaterThanOrEqual(0.99);
  });

  test("a tenant that was away has not saved up anything", async () => {
    const bench = new TestBench(RULES);
    const busy = many(2000, () => bench.ask({ tenant: "busy" }));
    await bench.run(60_000);
    const late = many(2000, () => bench.ask({ tenant: "late" }));
    const before = granted(busy);
    await bench.run(60_000);
    expect(jain([granted(busy) - before, granted(late)])).toBeGreaterThanOrEqual(0.99);
  });

  test("a pool without limits over time still takes turns", async () => {
    const bench = new TestBench(
      poolRules([{ metric: "concurrent", windowMs: 0, amount: 3 }], { guardMs: 0 }),
    );
    const tenants = ["a", "b", "c"].map((tenant) => many(100, () => bench.ask({ tenant })));
    for (let round = 0; round < 60; round++) {
      const open = [...bench.scheduler.leases()];
      for (const lease of open) bench.scheduler.settle(lease, callAmounts(1, 1));
      await bench.run(10);
    }
    expect(jain(tenants.map(granted))).toBeGreaterThanOrEqual(0.99);
  });
});

describe("between priorities", () => {
  test("a high request overtakes 10,000 low ones that wait", async () => {
    const bench = new TestBench(RULES, { maxQueue: 20_000 });
    many(10_010, () => bench.ask({ level: LOW }));
    await bench.run(500);
    const high = bench.ask({ level: HIGH, tenant: "other" });
    await bench.run(501);
    expect(high.answer?.kind).toBe("lease");
  });

  test("low ones still move while more important ones never cease", async () => {
    const bench = new TestBench(RULES, { maxQueue: 20_000 });
    const low = many(50, () => bench.ask({ level: LOW }));
    const normal: Asked[] = [];
    for (let second = 0; second < 120; second++) {
      normal.push(...many(20, () => bench.ask({ level: NORMAL })));
      await bench.run(1000);
    }
    expect(granted(normal.slice(-20))).toBe(0);
    expect(granted(low)).toBe(50);
  });

  test("nobody overtakes inside a tenant and a level", async () => {
    const bench = new TestBench(RULES);
    const asked = many(100, () => bench.ask());
    for (let second = 0; second < 11; second++) {
      const answered = asked.map(({ answer }) => answer !== undefined);
      expect(answered.lastIndexOf(true)).toBe(granted(asked) - 1);
      await bench.run(1000);
    }
    expect(granted(asked)).toBe(100);
  });
});
