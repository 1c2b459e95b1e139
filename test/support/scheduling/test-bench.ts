import type { Amounts } from "../../../src/core/limit.ts";
import { callAmounts } from "../../../src/core/limit.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import type { Refusal } from "../../../src/core/refusal.ts";
import type { Lease } from "../../../src/scheduler/lease.ts";
import type { PoolQueue } from "../../../src/scheduler/pool-queue.ts";
import { Scheduler, type SchedulerOptions } from "../../../src/scheduler/scheduler.ts";
import type { Scope } from "../../../src/scheduler/scope.ts";
import type { QueuedAt } from "../../../src/scheduler/waiter.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";
import { LateClock } from "./late-clock.ts";
import { runClock } from "./run-clock.ts";

export interface Ask {
  readonly pools?: readonly PoolQueue[];
  readonly tenant?: string;
  readonly level?: number;
  readonly amounts?: Amounts;
  readonly maxWaitMs?: number;
  readonly deadlineMs?: number;
  readonly leaseDurationMs?: number;
  readonly scopes?: readonly Scope[];
  readonly onQueued?: (queued: QueuedAt) => void;
  /** Called with the slot at the moment of its grant. */
  readonly onGranted?: (lease: Lease) => void;
}

/** One request as a test sees it: `answer` is undefined while it waits. */
export interface Asked {
  answer: Lease | Refusal | undefined;
  /** Waits no longer. */
  leave: () => void;
}

/** A scheduler on a virtual clock with one pool, and short words for what tests do with it. */
export class TestBench {
  readonly clock = new ManualClock({ wallMs: Date.UTC(2026, 5, 1) });
  readonly scheduler: Scheduler;
  readonly pool: PoolQueue;
  readonly expired: string[] = [];

  /** With `latenessMs` the scheduler's timers fire so much later than they should, or earlier where it is below 0. */
  constructor(
    rules: PoolRules,
    {
      latenessMs,
      ...options
    }: Partial<SchedulerOptions> & {
      latenessMs?: (delayMs: number) => number;
    } = {},
  ) {
    this.scheduler = new Scheduler({
      clock: latenessMs === undefined ? this.clock : new LateClock(this.clock, latenessMs),
      agingMs: 30_000,
      maxQueue: 10_000,
      weightOf: () => 1,
      onExpired: (lease) => this.expired.push(lease.id),
      ...options,
    });
    this.pool = this.addPool("pool", rules);
  }

  addPool(id: string, rules: PoolRules): PoolQueue {
    const usage = new PoolUsage(rules, this.clock.monotonicMs(), (monotonicMs) => {
      return monotonicMs + Date.UTC(2026, 5, 1);
    });
    return this.scheduler.addPool(id, usage);
  }

  ask(ask: Ask = {}): Asked {
    const amounts = ask.amounts ?? callAmounts(10, 10);
    const asked: Asked = { answer: undefined, leave: () => {} };
    const options = (ask.pools ?? [this.pool]).map((pool) => {
      return { deployment: pool.id, pool, amounts, scopes: ask.scopes ?? [] };
    });
    const answer = this.scheduler.acquire({
      options,
      tenant: ask.tenant ?? "default",
      level: ask.level ?? 1,
      maxWaitMs: ask.maxWaitMs ?? 1e9,
      deadlineMs: ask.deadlineMs,
      leaseDurationMs: ask.leaseDurationMs ?? 1e9,
      ...(ask.onQueued && { onQueued: ask.onQueued }),
    });
    const take = (ended: Lease | Refusal): void => {
      asked.answer = ended;
      if (ended.kind === "lease") ask.onGranted?.(ended);
    };
    if (answer.kind !== "waiting") take(answer);
    else {
      asked.leave = () => answer.leave();
      void answer.answer.then(take);
    }
    return asked;
  }

  /** Lets time pass. */
  run(durationMs: number): Promise<void> {
    return runClock(this.clock, this.clock.monotonicMs() + durationMs);
  }
}

/** The slot that was granted. Throws when there is none. */
export function leaseOf({ answer }: Asked): Lease {
  if (answer?.kind !== "lease") throw new Error(`no slot but ${answer?.reason ?? "still waiting"}`);
  return answer;
}

/** The refusal that was answered. Throws when there is none. */
export function refusalOf({ answer }: Asked): Refusal {
  if (answer?.kind !== "refused") throw new Error(answer === undefined ? "still waiting" : "granted");
  return answer;
}
