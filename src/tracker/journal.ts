import type { JsonValue } from "../core/chat.ts";
import type { Amounts, ChargeAt } from "../core/limit.ts";
import type { CountedEvent } from "./charge.ts";
import type { CountersState } from "./counters-state.ts";

/** What was noted is durable at most so many milliseconds later. */
export const JOURNAL_DELAY_MS = 100;

/** A slot as the journal knows it. Times are monotonic. */
export interface SlotRecord extends Amounts {
  readonly slotId: string;
  /** What it was charged to: its pool, then the other accounts, as a tenant's quota. */
  readonly accounts: readonly string[];
  readonly deployment: string;
  readonly tenant: string;
  readonly level: number;
  /** When it was granted. */
  readonly atMs: number;
  readonly expireMs: number;
  /** What the slot's owner wants back after a restart. Undefined: nothing. */
  readonly memo?: JsonValue | undefined;
  /** The most that its call can cost, in nano-dollars, as decimal digits. Undefined: no budget applies. */
  readonly reservedNanoUsd?: string | undefined;
}

/** The end of a slot for which budgets count. */
export interface RecordedEnd {
  /** What the ledger says about it, in the words of who keeps the ledger. Undefined: no budget counts on it. */
  readonly row?: string | undefined;
}

/** What happened to slots and pools. Times are monotonic. */
export type JournalRecord =
  | (SlotRecord & { readonly kind: "grant" })
  /** A call has ended, or an expired one was heard of after all, with what it really used. */
  | (Amounts &
      RecordedEnd & {
        readonly kind: "settle";
        readonly slotId: string;
        readonly accounts: readonly string[];
        readonly atMs: number;
      })
  | (RecordedEnd & {
      readonly kind: "expire";
      readonly slotId: string;
      readonly accounts: readonly string[];
      readonly atMs: number;
    })
  | {
      readonly kind: "release";
      readonly slotId: string;
      readonly accounts: readonly string[];
      readonly atMs: number;
    }
  | {
      readonly kind: "renew";
      readonly slotId: string;
      readonly accounts: readonly string[];
      readonly atMs: number;
      readonly expireMs: number;
    }
  /** A provider asked everyone to wait. */
  | {
      readonly kind: "hold";
      readonly accounts: readonly string[];
      readonly atMs: number;
      readonly untilMs: number;
    };

/** What one slot was charged to one account. */
export interface ChargeRecord extends Amounts {
  readonly slotId: string;
  /** Number of the event in the account's ring. */
  readonly event: number;
  readonly startMs: number;
  /** What was counted when it expired. Undefined: nothing, or it has not. */
  readonly expiry?: CountedEvent | undefined;
  /** False: the slot has expired, and may yet be corrected. */
  readonly isOpen: boolean;
}

/** All that must be known of one account to go on counting: it stands for every record before it. */
export interface AccountCheckpoint {
  readonly account: string;
  /** When it was made. */
  readonly atMs: number;
  readonly chargeAt: ChargeAt;
  /** What may have been granted and not yet be durable, by column, at any one time; see lossBound. */
  readonly lossBound: readonly number[];
  /** Undefined: the provider never asked to wait. */
  readonly holdUntilMs: number | undefined;
  readonly counters: CountersState;
  readonly charges: readonly ChargeRecord[];
  /** The slots whose pool this is, with the same charges. */
  readonly slots: readonly SlotRecord[];
  /** Rows of ended slots whose pool this is, of which it was not yet known that the ledger has them. */
  readonly rows?: readonly string[];
}

/** Gives the present state of accounts, so that the journal can forget what came before. */
export interface CheckpointSource {
  /** Every account that has counted anything. */
  accounts(): Iterable<string>;
  checkpoint(account: string): AccountCheckpoint | undefined;
}

/** Where the tracker's changes are kept over a restart. Nothing here throws: a store that fails says so elsewhere. */
export interface Journal {
  /** Grows when what was noted has become durable. */
  readonly commitCount: number;
  /** Begins to keep the states of `source`, in place of all that was read at the start. Called once, before {@link append}. */
  begin(source: CheckpointSource): void;
  /** Notes a record, in the order in which things happened. */
  append(record: JournalRecord): void;
  /** Makes what was noted durable before it returns. False: it could not, and tries again later. */
  commit(): boolean;
  /** The same, and keeps the account's present state. */
  checkpoint(account: string): void;
}

/** What a journal kept until the process ended; times are those of the present process's monotonic clock. */
export interface JournalState {
  /** The process ended in order: nothing is missing. */
  readonly isClean: boolean;
  /** The last state of each account, and the number of the last batch that it contains. */
  readonly checkpoints: readonly { readonly batch: number; readonly checkpoint: AccountCheckpoint }[];
  /** The records since, in order. */
  readonly batches: readonly { readonly batch: number; readonly records: readonly JournalRecord[] }[];
}
