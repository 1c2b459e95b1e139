import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Amounts } from "../../../src/core/limit.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import type { Lease } from "../../../src/scheduler/lease.ts";
import type { PoolQueue } from "../../../src/scheduler/pool-queue.ts";
import { Quota } from "../../../src/scheduler/quota.ts";
import { type RestoreReport, restoreScheduler } from "../../../src/scheduler/restore-scheduler.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { SlotRecorder } from "../../../src/scheduler/slot-recorder.ts";
import type { JournalState } from "../../../src/tracker/journal.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";
import { RecordingJournal } from "../../support/journal/recording-journal.ts";
import { askedAmounts, ruleSets, usedOf, wallStarts } from "../../support/scheduling/arbitrary.ts";
import { printedSeed } from "../../support/scheduling/seed.ts";

const NO_STATE: JournalState = { isClean: true, checkpoints: [], batches: [] };
const QUOTA = "tenant/one";

type Step =
  | { readonly kind: "wait"; readonly durationMs: number }
  | { readonly kind: "ask"; readonly amounts: Amounts; readonly leaseMs: number }
  | { readonly kind: "settle" | "settle_expired"; readonly pick: number; readonly share: number }
  | { readonly kind: "release" | "renew"; readonly pick: number }
  | { readonly kind: "hold"; readonly durationMs: number }
  | { readonly kind: "checkpoint"; readonly account: string };

const pick = fc.nat(100);
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("wait" as const),
        durationMs: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 40_000_000 })),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("ask" as const),
        amounts: askedAmounts,
        leaseMs: fc.constantFrom(1_000, 10_000, 600_000),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom("settle" as const, "settle_expired" as const),
        pick,
        share: fc.constantFrom(0, 0.3, 1, 1.5),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom("release" as const, "renew" as const), pick }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("hold" as const),
        durationMs: fc.integer({ min: 1, max: 9_000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("checkpoint" as const),
        account: fc.constantFrom("pool", QUOTA),
      }),
    },
  ),
  { minLength: 10, maxLength: 60 },
);

/** A scheduler with one pool and one tenant's quota, restored from a journal. */
class Process {
  readonly clock: ManualClock;
  readonly journal: RecordingJournal;
  readonly scheduler: Scheduler;
  readonly pool: PoolQueue;
  readonly quota: Quota;
  readonly report: RestoreReport;

  constructor(
    rules: PoolRules,
    at: { wallMs: number; nowMs: number },
    state: JournalState,
    onAppend = () => {},
  ) {
    this.clock = new ManualClock({ wallMs: at.wallMs, monotonicMs: at.nowMs });
    this.journal = new RecordingJournal(onAppend);
    const recorder = new SlotRecorder({
      journal: this.journal,
      clock: this.clock,
      slots: () => this.scheduler,
    });
    this.scheduler = new Scheduler({
      clock: this.clock,
      agingMs: 30_000,
      maxQueue: 10,
      weightOf: () => 1,
      onExpired: () => {},
      listener: recorder,
    });
    const ahead = at.wallMs - at.nowMs;
    const usage = (): PoolUsage => new PoolUsage(rules, at.nowMs, (nowMs) => nowMs + ahead);
    this.pool = this.scheduler.addPool("pool", usage());
    this.quota = new Quota(QUOTA, usage());
    this.report = restoreScheduler({
      state,
      scheduler: this.scheduler,
      recorder,
      clock: this.clock,
      poolOf: (id) => (id === "pool" ? this.pool : undefined),
      pools: [this.pool],
      scopeOf: (id) => (id === QUOTA ? this.quota : undefined),
      budgetOf: () => undefined,
    });
  }

  ask(amounts: Amounts, leaseDurationMs: number): Lease | undefined {
    if (this.pool.usage.tooLarge(amounts) !== undefined) return undefined;
    const answer = this.scheduler.acquire({
      options: [{ deployment: "model", pool: this.pool, amounts, scopes: [this.quota] }],
      tenant: "one",
      level: 1,
      maxWaitMs: 0,
      deadlineMs: this.clock.monotonicMs() - 1,
      leaseDurationMs,
      memo: { purpose: "test" },
    });
    return answer.kind === "lease" ? answer : undefined;
  }

  instant(): { readonly nowMs: number; readonly wallMs: number } {
    return { nowMs: this.clock.monotonicMs(), wallMs: this.clock.wallMs() };
  }

  /** All that can be asked of the counts. */
  probe(): unknown {
    const nowMs = this.clock.monotonicMs();
    const sizes = [1, 20, 90].map((tokens) => {
      return { requests: 1, inputTokens: tokens, outputTokens: tokens, totalTokens: 2 * tokens };
    });
    const slots = [...this.scheduler.leases()].map((lease) => {
      const { id, tenant, level, startMs, expireMs, memo } = lease;
      const { requests, inputTokens, outputTokens, totalTokens } = lease;
      const amounts = { requests, inputTokens, outputTokens, totalTokens };
      return { id, tenant, level, startMs, expireMs, memo, amounts };
    });
    return {
      counts: [this.pool.usage, this.quota.account.usage].map((usage) => ({
        // The peak of concurrency is one of the process; those of the windows go on.
        limits: usage.limits(nowMs).map((limit) => {
          return limit.limit.metric === "concurrent" ? { ...limit, peak: undefined } : limit;
        }),
        earliest: sizes.map((amounts) => usage.earliestMs(nowMs, amounts)),
        // How long calls usually hold a place is learned anew.
        settled: usage.openCalls.isFull ? [] : sizes.map((amounts) => usage.earliestMs(nowMs, amounts, true)),
        openCalls: usage.openCalls.count,
        holdUntilMs: Math.max(nowMs, usage.holdUntilMs),
      })),
      slots: slots.sort((a, b) => (a.id < b.id ? -1 : 1)),
    };
  }
}

function play(process: Process, history: readonly Step[]): void {
  const known: Lease[] = [];
  const chosen = (index: number, state: Lease["state"]): Lease | undefined => {
    const leases = known.filter(
      (lease) => lease.state === state && process.scheduler.find(lease.id) === lease,
    );
    return leases[index % leases.length];
  };
  for (const step of history) {
    if (step.kind === "wait") process.clock.advance(step.durationMs);
    else if (step.kind === "hold") process.scheduler.hold(process.pool, step.durationMs);
    else if (step.kind === "checkpoint") process.journal.checkpoint(step.account);
    else if (step.kind === "ask") {
      const lease = process.ask(step.amounts, step.leaseMs);
      if (lease !== undefined) known.push(lease);
    } else {
      const lease = chosen(step.pick, step.kind === "settle_expired" ? "expired" : "granted");
      if (lease === undefined) continue;
      if ("share" in step) process.scheduler.settle(lease, usedOf(lease, step.share));
      else if (step.kind === "release") process.scheduler.release(lease);
      else process.scheduler.renew(lease, 5_000);
    }
  }
}

const seed = printedSeed("journal cut anywhere");
const RUNS = 300;

describe("a journal that is cut after any record", () => {
  test("restores what stood there, to the bit", () => {
    let cuts = 0;
    const property = fc.property(ruleSets, wallStarts, steps, (rules, wallMs, history) => {
      const live: Process = new Process(rules, { wallMs, nowMs: 0 }, NO_STATE, () => {
        const restored = new Process(rules, live.instant(), live.journal.state(true));
        expect(restored.probe()).toEqual(live.probe());
        cuts++;
      });
      play(live, history);
    });
    fc.assert(property, { seed, numRuns: RUNS });
    expect(cuts).toBeGreaterThan(RUNS);
  });

  test("goes on as the process would have, slots of before included", () => {
    const property = fc.property(ruleSets, wallStarts, steps, steps, (rules, wallMs, before, after) => {
      const live = new Process(rules, { wallMs, nowMs: 0 }, NO_STATE);
      play(live, before);
      const restored = new Process(rules, live.instant(), live.journal.state(true));
      const later = after.filter(({ kind }) => kind === "wait" || kind === "hold");
      for (const step of later) {
        play(live, [step]);
        play(restored, [step]);
        const [open] = [...live.scheduler.leases()];
        if (open !== undefined) {
          const used = usedOf(open, 0.5);
          live.scheduler.settle(open, used);
          restored.scheduler.settle(restored.scheduler.find(open.id)!, used);
        }
        expect(restored.probe()).toEqual(live.probe());
      }
    });
    fc.assert(property, { seed, numRuns: RUNS });
  });

  test("never has more room after a crash than it had", () => {
    const property = fc.property(ruleSets, wallStarts, steps, (rules, wallMs, history) => {
      const live = new Process(rules, { wallMs, nowMs: 0 }, NO_STATE);
      play(live, history);
      const restored = new Process(rules, live.instant(), live.journal.state(false));
      const amounts = { requests: 1, inputTokens: 1, outputTokens: 1, totalTokens: 2 };
      const { nowMs } = live.instant();
      expect(restored.pool.usage.earliestMs(nowMs, amounts)).toBeGreaterThanOrEqual(
        live.pool.usage.earliestMs(nowMs, amounts),
      );
    });
    fc.assert(property, { seed, numRuns: RUNS });
  });
});
