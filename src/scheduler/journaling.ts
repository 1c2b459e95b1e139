import type { Clock } from "../core/clock.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { Journal, JournalState } from "../tracker/journal.ts";
import type { PoolDirectory } from "./pool-directory.ts";
import { replayRows } from "./replay-slots.ts";
import { type RestoreOptions, type RestoreReport, restoreScheduler } from "./restore-scheduler.ts";
import type { Scheduler } from "./scheduler.ts";
import { SlotRecorder } from "./slot-recorder.ts";
import type { TenantQuotas } from "./tenant-quotas.ts";

/** An open journal and what the process before left in it. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly restored: JournalState;
}

/** Keeps the scheduler's state over a restart. */
export class Journaling {
  /** To be told of everything that the scheduler charges. */
  readonly recorder: SlotRecorder;
  readonly #journal: Journal;
  readonly #restored: JournalState;
  readonly #clock: Clock;

  /** `slots` gives the scheduler that is kept, which is made after this. */
  constructor({ journal, restored }: OpenedJournal, clock: Clock, slots: () => Scheduler) {
    this.recorder = new SlotRecorder({ journal, clock, slots });
    this.#journal = journal;
    this.#restored = restored;
    this.#clock = clock;
  }

  /** What the ledger must have in it of the process before, and may not. */
  get rows(): readonly LedgerEntry[] {
    return replayRows(this.#restored);
  }

  /** Makes all that was charged so far durable: called before the ledger writes rows about it. */
  commit(): void {
    this.#journal.commit();
  }

  /** Puts the scheduler where the process before left it; called once, before anything is granted. */
  restore(parts: {
    scheduler: Scheduler;
    pools: PoolDirectory;
    quotas: TenantQuotas;
    budgetOf: RestoreOptions["budgetOf"];
  }): RestoreReport {
    const { scheduler, pools, quotas, budgetOf } = parts;
    const byAccount = new Map([...quotas.all()].map((quota) => [quota.account.id, quota]));
    return restoreScheduler({
      state: this.#restored,
      scheduler,
      recorder: this.recorder,
      clock: this.#clock,
      poolOf: (id) => pools.find(id),
      pools: [...pools.all()],
      scopeOf: (account) => byAccount.get(account),
      budgetOf,
    });
  }
}
