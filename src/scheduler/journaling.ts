import type { Clock } from "../core/clock.ts";
import type { Journal, JournalState } from "../tracker/journal.ts";
import type { PoolDirectory } from "./pool-directory.ts";
import { type RestoreReport, restoreScheduler } from "./restore-scheduler.ts";
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
  readonly #restored: JournalState;
  readonly #clock: Clock;

  /** `slots` gives the scheduler that is kept, which is made after this. */
  constructor({ journal, restored }: OpenedJournal, clock: Clock, slots: () => Scheduler) {
    this.recorder = new SlotRecorder({ journal, clock, slots });
    this.#restored = restored;
    this.#clock = clock;
  }

  /** Puts the scheduler where the process before left it; called once, before anything is granted. */
  restore(parts: { scheduler: Scheduler; pools: PoolDirectory; quotas: TenantQuotas }): RestoreReport {
    const { scheduler, pools, quotas } = parts;
    const byAccount = new Map([...quotas.all()].map((quota) => [quota.account.id, quota]));
    return restoreScheduler({
      state: this.#restored,
      scheduler,
      recorder: this.recorder,
      clock: this.#clock,
      poolOf: (id) => pools.find(id),
      pools: [...pools.all()],
      scopeOf: (account) => byAccount.get(account),
      optionOf: (_slot, base) => base,
    });
  }
}
