import type { Clock } from "../../../src/core/clock.ts";
import { type Amounts, callAmounts } from "../../../src/core/limit.ts";
import type { Lease } from "../../../src/scheduler/lease.ts";
import type { PoolQueue } from "../../../src/scheduler/pool-queue.ts";
import { type RestoreReport, restoreScheduler } from "../../../src/scheduler/restore-scheduler.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { SlotRecorder } from "../../../src/scheduler/slot-recorder.ts";
import type { Journal, JournalState } from "../../../src/tracker/journal.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";

/** A scheduler with one pool that keeps a journal, as a process has it after its start. */
export class OnePool {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly pool: PoolQueue;
  readonly report: RestoreReport;

  constructor(options: { clock: Clock; rules: PoolRules; journal: Journal; state: JournalState }) {
    const { clock, rules, journal, state } = options;
    this.clock = clock;
    const recorder = new SlotRecorder({ journal, clock, slots: () => this.scheduler });
    this.scheduler = new Scheduler({
      clock,
      agingMs: 30_000,
      maxQueue: 10_000,
      weightOf: () => 1,
      onExpired: () => {},
      listener: recorder,
    });
    const wallAt = (nowMs: number): number => nowMs + clock.wallMs() - clock.monotonicMs();
    this.pool = this.scheduler.addPool("pool", new PoolUsage(rules, clock.monotonicMs(), wallAt));
    this.report = restoreScheduler({
      state,
      scheduler: this.scheduler,
      recorder,
      clock,
      poolOf: (id) => (id === "pool" ? this.pool : undefined),
      pools: [this.pool],
      scopeOf: () => undefined,
      budgetOf: () => undefined,
    });
  }

  /** A slot that can start now. */
  start(amounts: Amounts = callAmounts(60, 40), leaseDurationMs = 600_000): Lease | undefined {
    if (!this.pool.usage.fits(this.clock.monotonicMs(), amounts)) return undefined;
    const answer = this.ask(amounts, 0, leaseDurationMs);
    return answer.kind === "lease" ? answer : undefined;
  }

  ask(amounts: Amounts, maxWaitMs: number, leaseDurationMs = 600_000): ReturnType<Scheduler["acquire"]> {
    return this.scheduler.acquire({
      options: [{ deployment: "model", pool: this.pool, amounts, scopes: [] }],
      tenant: "default",
      level: 1,
      maxWaitMs,
      deadlineMs: undefined,
      leaseDurationMs,
    });
  }

  /** What counts of each limit: settled and reserved. */
  counted(): number[] {
    return this.pool.usage.limits(this.clock.monotonicMs()).map(({ used, reserved }) => used + reserved);
  }
}
