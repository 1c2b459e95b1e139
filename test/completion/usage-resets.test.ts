import { describe, expect, it } from "vitest";
import { UsageResets } from "../../src/completion/usage-resets.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import type { UsageQuery } from "../../src/cost/ledger/usage-query.ts";
import { MemoryLedger } from "../../src/stores/memory/ledger.ts";
import { makeEntry } from "../support/ledger/make-entry.ts";

const EVERYTHING: UsageQuery = {
  models: [],
  tenant: undefined,
  startWallMs: undefined,
  endWallMs: undefined,
  groupBy: [],
};

/** A ledger whose rows come at the clock's time, and its resets. */
function setUp() {
  const clock = new ManualClock({ wallMs: Date.UTC(2026, 5, 1) });
  const ledger = new MemoryLedger();
  const resets = new UsageResets(clock);
  return {
    clock,
    resets,
    record(changes: Parameters<typeof makeEntry>[0]) {
      ledger.record(makeEntry({ isLast: true, outcome: "succeeded", ...changes, wallMs: clock.wallMs() }));
      clock.advance(1_000);
    },
    query: (changes: Partial<UsageQuery> = {}) => resets.query(ledger, { ...EVERYTHING, ...changes }),
  };
}

describe("usage that is counted anew", () => {
  it("leaves out what came before, for all, a model, a tenant, or both", async () => {
    const { query, record, resets } = setUp();
    const all = async () => (await query()).totals.requests;
    record({ model: "x/a", tenant: "one" });
    record({ model: "x/a", tenant: "two" });
    record({ model: "x/b", tenant: "one" });
    record({ model: "y/c", tenant: "two" });
    resets.add(["x/a"], "one");
    expect(await all()).toBe(3);
    resets.add(["x/*"], undefined);
    expect(await all()).toBe(1);
    record({ model: "x/a", tenant: "one" });
    expect(await all()).toBe(2);
    resets.add([], "two");
    expect(await all()).toBe(1);
    resets.add([], undefined);
    expect(await all()).toBe(0);
  });

  it("adds stretches up to what they are together: averages, rates and groups", async () => {
    const { query, record, resets } = setUp();
    record({ model: "x/a", latencyMs: 100 });
    record({ model: "x/b", latencyMs: 200 });
    resets.add(["x/a"], undefined);
    record({ model: "x/b", latencyMs: 500, outcome: "failed" });
    record({ model: "x/a", latencyMs: 600 });
    const { totals, groups } = await query({ groupBy: ["model"] });
    expect(totals).toMatchObject({ requests: 3, errors: 1, averageLatencyMs: 400, successRate: 2 / 3 });
    expect(groups.map(({ key, totals: own }) => [key, own.requests])).toEqual([
      [{ model: "x/a" }, 1],
      [{ model: "x/b" }, 2],
    ]);
  });

  it("does not touch a range that begins later, nor one that ends before", async () => {
    const { clock, query, record, resets } = setUp();
    const startWallMs = clock.wallMs();
    record({ model: "x/a" });
    const endWallMs = clock.wallMs();
    resets.add([], undefined);
    record({ model: "x/a" });
    record({ model: "x/a" });
    expect((await query({ startWallMs, endWallMs })).totals.requests).toBe(0);
    expect((await query({ startWallMs: endWallMs + 1_000 })).totals.requests).toBe(1);
  });

  it("counts a request with several tags once in the totals", async () => {
    const { query, record, resets } = setUp();
    record({ model: "x/a", tags: { team: "blue", job: "nightly" } });
    resets.add(["x/b"], undefined);
    const { totals, groups } = await query({ groupBy: ["tag"] });
    expect(totals.requests).toBe(1);
    expect(groups.map(({ key }) => key.tag)).toEqual(["job=nightly", "team=blue"]);
  });
});
