import type { Charge } from "./charge.ts";
import type { AccountCheckpoint, JournalRecord, JournalState } from "./journal.ts";
import type { PoolUsage } from "./pool-usage.ts";

/** What a slot was charged to one account, as it stood when the journal ended. */
export interface ReplayedCharge extends Charge {
  /** False: the slot has expired, and may yet be corrected. */
  isOpen: boolean;
}

/** An account with everything counted that the journal knows. */
export interface ReplayedAccount {
  readonly usage: PoolUsage;
  /** What slots were charged that are open, or expired and not settled, by slot. */
  readonly charges: ReadonlyMap<string, ReplayedCharge>;
}

/**
 * Counts in fresh accounts what a journal kept, as it was counted then: first the checkpoint of each, then every record
 * since. `usageOf` gives the account by its name; accounts of which it knows nothing are left out.
 */
export function replayAccounts(
  state: JournalState,
  usageOf: (account: string) => PoolUsage | undefined,
): Map<string, ReplayedAccount> {
  const replays = new Map<string, AccountReplay | undefined>();
  for (const { batch, checkpoint } of state.checkpoints) {
    const usage = usageOf(checkpoint.account);
    if (usage === undefined) continue;
    const replay = new AccountReplay(usage, batch);
    replay.restore(checkpoint);
    replays.set(checkpoint.account, replay);
  }
  for (const { batch, records } of state.batches) {
    for (const record of records) {
      for (const account of record.accounts) {
        if (!replays.has(account)) {
          const usage = usageOf(account);
          replays.set(account, usage && new AccountReplay(usage, Number.NEGATIVE_INFINITY));
        }
        const replay = replays.get(account);
        if (replay !== undefined && batch > replay.sinceBatch) replay.apply(record);
      }
    }
  }
  const accounts = new Map<string, ReplayedAccount>();
  for (const [account, replay] of replays) if (replay !== undefined) accounts.set(account, replay);
  return accounts;
}

class AccountReplay implements ReplayedAccount {
  readonly usage: PoolUsage;
  readonly charges = new Map<string, ReplayedCharge>();
  /** The last batch that the checkpoint contains. */
  readonly sinceBatch: number;

  constructor(usage: PoolUsage, sinceBatch: number) {
    this.usage = usage;
    this.sinceBatch = sinceBatch;
  }

  restore(checkpoint: AccountCheckpoint): void {
    this.usage.counters.restore(checkpoint.counters);
    if (checkpoint.holdUntilMs !== undefined) this.usage.hold(checkpoint.holdUntilMs);
    const sameWay = checkpoint.chargeAt === this.usage.rules.chargeAt;
    for (const { slotId, ...record } of checkpoint.charges) {
      // Counted under another `chargeAt`, its events do not hold what a correction would take from them.
      if (!record.isOpen && !sameWay) continue;
      const charge: ReplayedCharge = { ...record };
      this.charges.set(slotId, charge);
      if (!charge.isOpen) continue;
      if (sameWay) this.usage.reopen(charge);
      else this.usage.charge(checkpoint.atMs, charge);
    }
  }

  apply(record: JournalRecord): void {
    if (record.kind === "hold") {
      this.usage.hold(record.untilMs);
      return;
    }
    if (record.kind === "grant") {
      const { requests, inputTokens, outputTokens, totalTokens } = record;
      const amounts = { requests, inputTokens, outputTokens, totalTokens };
      const charge = { ...amounts, event: -1, startMs: record.atMs, isOpen: true };
      this.usage.charge(record.atMs, charge);
      this.charges.set(record.slotId, charge);
      return;
    }
    const charge = this.charges.get(record.slotId);
    if (charge === undefined || record.kind === "renew") return;
    if (record.kind === "expire") {
      this.usage.expire(record.atMs, charge);
      charge.isOpen = false;
      return;
    }
    if (record.kind !== "settle") this.usage.release(charge);
    else if (charge.isOpen) this.usage.settle(record.atMs, charge, record);
    else this.usage.settleLate(record.atMs, charge, record);
    this.charges.delete(record.slotId);
  }
}
