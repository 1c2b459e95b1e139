import type { Clock } from "../core/clock.ts";
import type { Amounts } from "../core/limit.ts";
import { toMoneyJson } from "../core/money-json.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { Charge } from "../tracker/charge.ts";
import type {
  AccountCheckpoint,
  ChargeRecord,
  CheckpointSource,
  Journal,
  SlotRecord,
} from "../tracker/journal.ts";
import { lossBound } from "../tracker/loss-bound.ts";
import type { PoolRules } from "../tracker/pool-rules.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import type { Lease } from "./lease.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { SlotListener } from "./slot-listener.ts";

const REFUSE_UNKEPT = refuse(
  "STORE_UNAVAILABLE",
  "a budget counts on the call, and what it reserves cannot be written beside storage.path: a crash would lose it. " +
    "The server's log says why; mend it, ask another server, or name a model that costs nothing.",
);

/** The slots that a scheduler knows. */
export interface KnownSlots {
  /** Those that are open. */
  leases(): Iterable<Lease>;
  /** One that is open, or has ended and may still be asked for. */
  find(slotId: string): Lease | undefined;
}

/** A row that the ledger may not have yet. */
interface UnwrittenRow {
  readonly pool: string;
  readonly row: string;
}

/** An account that has counted something. */
interface RecordedAccount {
  readonly id: string;
  readonly usage: PoolUsage;
  /** The rules that `bound` belongs to. */
  rules: PoolRules;
  /** What may be granted and not yet durable, by column. */
  bound: readonly number[];
  /** What was granted since the journal's commit number `sinceCommit`, by column. */
  readonly undurable: Float64Array;
  sinceCommit: number;
}

/**
 * Writes what is charged into the journal. A crash loses what is not yet durable; so that this can be made up for, the
 * journal is committed at once whenever more than a small part of any limit has been granted since its last commit.
 */
export class SlotRecorder implements SlotListener, CheckpointSource {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #slots: () => KnownSlots;
  readonly #accounts = new Map<string, RecordedAccount>();
  /** Slots that have expired and may yet be settled. */
  readonly #expired = new Map<string, Lease>();
  /** Rows on which budgets count, by the journal's name for them, until the ledger has them. */
  readonly #unwritten = new Map<string, UnwrittenRow>();

  /** `slots` gives the scheduler that this listens to, which is made after it. */
  constructor(options: { journal: Journal; clock: Clock; slots: () => KnownSlots }) {
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#slots = options.slots;
  }

  /** Goes on from what was restored: keeps `accounts` and the slots that had expired from now on. */
  begin(accounts: Iterable<readonly [string, PoolUsage]>, expired: Iterable<Lease>): void {
    for (const [id, usage] of accounts) this.#add(id, usage);
    for (const lease of expired) this.#expired.set(lease.id, lease);
    this.#journal.begin(this);
  }

  granted(lease: Lease): Refusal | undefined {
    this.#journal.append({ kind: "grant", ...slotRecord(lease) });
    this.#note(lease, lease);
    // A crash must not lose what is about to be spent of a budget.
    if (lease.reservedNanoUsd === undefined || this.#journal.commit()) return undefined;
    return REFUSE_UNKEPT;
  }

  /** Takes note that the ledger has these rows. */
  written(entries: readonly LedgerEntry[]): void {
    for (const { journalId } of entries) if (journalId !== undefined) this.#unwritten.delete(journalId);
  }

  settled(lease: Lease, actual: Amounts, nowMs: number, entry: LedgerEntry | undefined): void {
    const { requests, inputTokens, outputTokens, totalTokens } = actual;
    this.#expired.delete(lease.id);
    const accounts = accountsOf(lease);
    const row = this.#rowOf(lease, entry);
    const amounts = { requests, inputTokens, outputTokens, totalTokens, row };
    this.#journal.append({ kind: "settle", slotId: lease.id, accounts, atMs: nowMs, ...amounts });
    if (
      totalTokens > lease.totalTokens ||
      inputTokens > lease.inputTokens ||
      outputTokens > lease.outputTokens
    ) {
      this.#note(lease, actual);
    }
  }

  released(lease: Lease, nowMs: number): void {
    this.#append(lease, nowMs, { kind: "release" });
  }

  expired(lease: Lease, nowMs: number, entry: LedgerEntry | undefined): void {
    this.#expired.set(lease.id, lease);
    this.#append(lease, nowMs, { kind: "expire", row: this.#rowOf(lease, entry) });
  }

  renewed(lease: Lease, nowMs: number): void {
    this.#append(lease, nowMs, { kind: "renew", expireMs: lease.expireMs });
  }

  /** A hold is rare and must not be lost: the provider would have to refuse once more. */
  held(pool: PoolQueue, nowMs: number): void {
    this.#accountOf(pool.id, pool.usage);
    const untilMs = pool.usage.holdUntilMs;
    this.#journal.append({ kind: "hold", accounts: [pool.id], atMs: nowMs, untilMs });
    this.#journal.commit();
  }

  accounts(): Iterable<string> {
    return this.#accounts.keys();
  }

  checkpoint(id: string): AccountCheckpoint | undefined {
    const account = this.#accounts.get(id);
    if (account === undefined) return undefined;
    const nowMs = this.#clock.monotonicMs();
    const { usage } = account;
    const charges: ChargeRecord[] = [];
    const slots: SlotRecord[] = [];
    const add = (lease: Lease, isOpen: boolean): void => {
      const charge = chargeOn(id, lease);
      if (charge === undefined) return;
      charges.push(chargeRecord(lease.id, charge, isOpen));
      if (charge === lease) slots.push(slotRecord(lease));
    };
    const known = this.#slots();
    for (const lease of known.leases()) add(lease, true);
    for (const lease of this.#expired.values()) {
      if (known.find(lease.id) === undefined) this.#expired.delete(lease.id);
      else add(lease, false);
    }
    return {
      account: id,
      atMs: nowMs,
      chargeAt: usage.rules.chargeAt,
      lossBound: lossBound(usage.rules),
      holdUntilMs: usage.holdUntilMs > nowMs ? usage.holdUntilMs : undefined,
      counters: usage.counters.snapshot(nowMs),
      charges,
      slots,
      rows: [...this.#unwritten.values()].filter(({ pool }) => pool === id).map(({ row }) => row),
    };
  }

  #append(
    lease: Lease,
    atMs: number,
    event:
      | { readonly kind: "release" }
      | { readonly kind: "expire"; readonly row: string | undefined }
      | { readonly kind: "renew"; readonly expireMs: number },
  ): void {
    this.#journal.append({ ...event, slotId: lease.id, accounts: accountsOf(lease), atMs });
  }

  /** The row of a slot that has ended, which is kept until the ledger has it. */
  #rowOf(lease: Lease, entry: LedgerEntry | undefined): string | undefined {
    const journalId = entry?.journalId;
    if (journalId === undefined) return undefined;
    const row = toMoneyJson(entry);
    this.#unwritten.set(journalId, { pool: lease.pool.id, row });
    return row;
  }

  /** Counts what is not durable yet on all accounts of a slot, and makes it durable where that is too much. */
  #note(lease: Lease, amounts: Amounts): void {
    let isTooMuch = this.#count(this.#accountOf(lease.pool.id, lease.pool.usage), amounts);
    for (const { scope } of lease.scopes) {
      if (scope.account === undefined) continue;
      const { id, usage } = scope.account;
      if (this.#count(this.#accountOf(id, usage), amounts)) isTooMuch = true;
    }
    if (isTooMuch) this.#journal.commit();
  }

  #count(account: RecordedAccount, amounts: Amounts): boolean {
    const { undurable, bound } = account;
    if (account.sinceCommit !== this.#journal.commitCount) {
      account.sinceCommit = this.#journal.commitCount;
      undurable.fill(0);
    }
    undurable[0] = undurable[0]! + amounts.requests;
    undurable[1] = undurable[1]! + amounts.totalTokens;
    undurable[2] = undurable[2]! + amounts.inputTokens;
    undurable[3] = undurable[3]! + amounts.outputTokens;
    return undurable.some((amount, column) => amount >= bound[column]!);
  }

  /** The account, with a checkpoint under its present rules before anything may be lost under them. */
  #accountOf(id: string, usage: PoolUsage): RecordedAccount {
    let account = this.#accounts.get(id);
    if (account?.rules === usage.rules) return account;
    account = this.#add(id, usage);
    this.#journal.checkpoint(id);
    return account;
  }

  #add(id: string, usage: PoolUsage): RecordedAccount {
    const { rules } = usage;
    const account = {
      id,
      usage,
      rules,
      bound: lossBound(rules),
      undurable: new Float64Array(4),
      sinceCommit: this.#journal.commitCount,
    };
    this.#accounts.set(id, account);
    return account;
  }
}

const NO_SCOPES: WeakMap<PoolQueue, readonly string[]> = new WeakMap();

/** Everything that a slot was charged to, its pool first. */
function accountsOf(lease: Lease): readonly string[] {
  const { pool, scopes } = lease;
  if (scopes.length > 0) return [pool.id, ...scopes.flatMap(({ scope }) => scope.account?.id ?? [])];
  let alone = NO_SCOPES.get(pool);
  if (alone === undefined) {
    alone = [pool.id];
    NO_SCOPES.set(pool, alone);
  }
  return alone;
}

/** What a slot was charged to one account; the slot itself is the charge of its pool. */
function chargeOn(account: string, lease: Lease): Charge | undefined {
  const { pool, scopes } = lease;
  if (pool.id === account) return lease;
  return scopes.find(({ scope }) => scope.account?.id === account)?.charge.charge;
}

function slotRecord(lease: Lease): SlotRecord {
  const { deployment, tenant, level, startMs, expireMs, memo } = lease;
  const { requests, inputTokens, outputTokens, totalTokens } = lease;
  return {
    slotId: lease.id,
    accounts: accountsOf(lease),
    deployment,
    tenant,
    level,
    atMs: startMs,
    expireMs,
    requests,
    inputTokens,
    outputTokens,
    totalTokens,
    memo,
    reservedNanoUsd: lease.reservedNanoUsd?.toString(),
  };
}

function chargeRecord(slotId: string, charge: Charge, isOpen: boolean): ChargeRecord {
  const { event, startMs, expiry, requests, inputTokens, outputTokens, totalTokens } = charge;
  return { slotId, event, startMs, expiry, requests, inputTokens, outputTokens, totalTokens, isOpen };
}
