import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { Refusal } from "../../../src/core/refusal.ts";
import { refuseBudget } from "../../../src/cost/budget/refuse-budget.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";
import { CENT, makeBook, makeCall, NO_TOKENS, NOON_MS, NOTHING_SPENT } from "./make-book.ts";

const DOLLAR = 100n * CENT;

/** A scheduler with one pool without limits. */
function makePool(clock: ManualClock) {
  const scheduler = new Scheduler({
    clock,
    agingMs: 30_000,
    maxQueue: 10_000,
    weightOf: () => 1,
    onExpired: () => {},
  });
  const rules = {
    limits: [],
    safetyMargin: 2,
    tokenMarginPercent: 0,
    guardMs: 1_000,
    spacing: "none",
    chargeAt: "start",
    refund: "full",
  } as const;
  return { scheduler, pool: scheduler.addPool("pool", new PoolUsage(rules, 0, () => clock.wallMs())) };
}

describe("200 concurrent calls of at most $0.02 against a budget of $1", () => {
  test.each([1, 2, 3, 4, 5])("seed %i: none over, and none refused while there was room", async (seed) => {
    const random = seededRandom(seed);
    const clock = new ManualClock({ wallMs: NOON_MS });
    const { book } = makeBook("budgets: {daily_usd: 1}", clock);
    const { scheduler, pool } = makePool(clock);
    let spentNanoUsd = 0n;
    const refusals: { refusal: Refusal; spentThen: bigint }[] = [];

    const run = async (): Promise<void> => {
      const costNanoUsd = BigInt(Math.ceil(random.next() * Number(2n * CENT)));
      const scope = book.scopeFor(makeCall(), () => costNanoUsd)!;
      const outcome = scheduler.acquire({
        options: [{ deployment: "d", pool, amounts: NO_TOKENS, scopes: [scope] }],
        tenant: "search",
        level: 1,
        maxWaitMs: 300_000,
        deadlineMs: undefined,
        leaseDurationMs: 600_000,
      });
      const stop = outcome.kind === "waiting" ? scope.watch(() => outcome.leave()) : undefined;
      const lease = outcome.kind === "waiting" ? await outcome.answer : outcome;
      stop?.();
      if (lease.kind === "refused") {
        const verdict = book.verdictFor(makeCall(), NOTHING_SPENT);
        if (verdict.kind === "within") throw new Error("refused though it would fit");
        refusals.push({ refusal: refuseBudget("m", verdict), spentThen: spentNanoUsd });
        return;
      }
      clock.after(random.next() * 1_000, () => {
        spentNanoUsd += costNanoUsd;
        scheduler.settle(lease, NO_TOKENS);
      });
    };
    const calls = Array.from({ length: 200 }, run);
    for (let step = 0; step < 600; step++) {
      clock.advance(10);
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
    await Promise.all(calls);

    const [report] = book.reports();
    expect(report!.reservedNanoUsd).toBe(0n);
    expect(report!.usedNanoUsd).toBe(spentNanoUsd);
    expect(spentNanoUsd).toBeLessThanOrEqual(DOLLAR);
    expect(spentNanoUsd).toBeGreaterThan(DOLLAR - 2n * CENT);
    expect(refusals.length).toBeGreaterThan(0);
    for (const { refusal, spentThen } of refusals) {
      expect(spentThen).toBeGreaterThan(DOLLAR - 2n * CENT);
      expect(refusal).toMatchObject({ reason: "BUDGET_EXCEEDED" });
      expect(refusal.retryAfterMs! + clock.wallMs()).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 23));
    }
  });
});
