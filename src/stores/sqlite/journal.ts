import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock, Timer } from "../../core/clock.ts";
import {
  type CheckpointSource,
  JOURNAL_DELAY_MS,
  type Journal,
  type JournalRecord,
} from "../../tracker/journal.ts";
import { transact } from "./transact.ts";

/** Records of one batch at most: more would hold up the event loop. */
const MOST_RECORDS = 2_000;
/**
 * Records of an account after which its state is kept anew, so that those before can be forgotten. A state that is itself
 * larger than so many records is kept the less often.
 */
const RECORDS_PER_CHECKPOINT = 4_000;
/** The same by time, for accounts with few records. */
const CHECKPOINT_AFTER_MS = 60_000;
/** Records that wait while nothing can be written; then they are dropped, and states take their place. */
const MOST_WAITING = 100_000;

/** Pause before the next attempt when something could not be written. */
const RETRY_MS = 1_000;

/** Records of an account since its last checkpoint. */
interface Pending {
  readonly firstBatch: number;
  readonly sinceMs: number;
  records: number;
}

/**
 * The journal in SQLite. Records gather in memory and are written as one row by the clock, at most
 * {@link JOURNAL_DELAY_MS} behind, or at once when the tracker wants it. Every account's state is kept now and then, one
 * account at a time, and what came before is forgotten: the file does not grow with time.
 */
export class SqliteJournal implements Journal {
  commitCount = 0;
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #onCommit: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #onRecovered: () => void;
  readonly #insertBatch: StatementSync;
  readonly #upsertCheckpoint: StatementSync;
  readonly #deleteBatches: StatementSync;
  #source: CheckpointSource | undefined;
  #records: JournalRecord[] = [];
  #oldestMs = 0;
  #lastBatch = 0;
  #timer: Timer | undefined;
  /** In the order of their first batch. */
  readonly #pending = new Map<string, Pending>();
  /** About as many records as take the room of each account's last state. */
  readonly #stateRecords = new Map<string, number>();
  /** The file holds all that does not wait in memory. */
  #isWhole = false;
  #isClosed = false;
  /** When to try again after a failure; negative infinity when all is well. */
  #retryMs = Number.NEGATIVE_INFINITY;

  /**
   * `onError` is told when nothing can be written any more; records wait in memory then. It is told once, and
   * `onRecovered` when something could be written again.
   */
  constructor(options: {
    database: DatabaseSync;
    clock: Clock;
    onCommit: () => void;
    onError: (error: unknown) => void;
    onRecovered: () => void;
  }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#onCommit = options.onCommit;
    this.#onError = options.onError;
    this.#onRecovered = options.onRecovered;
    this.#insertBatch = this.#database.prepare("INSERT INTO journal_batch VALUES (?, ?, ?, ?)");
    this.#upsertCheckpoint = this.#database.prepare(
      "INSERT OR REPLACE INTO journal_checkpoint VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#deleteBatches = this.#database.prepare("DELETE FROM journal_batch WHERE batch < ?");
  }

  begin(source: CheckpointSource): void {
    this.#source = source;
    this.#keepAll();
  }

  append(record: JournalRecord): void {
    if (this.#isClosed) return;
    const { atMs } = record;
    if (this.#records.push(record) === 1) {
      this.#oldestMs = atMs;
      this.#commitAfter(JOURNAL_DELAY_MS / 2);
    } else if (atMs - this.#oldestMs >= JOURNAL_DELAY_MS || this.#records.length % MOST_RECORDS === 0) {
      this.commit();
    }
  }

  commit(): boolean {
    const isFailing = this.#retryMs !== Number.NEGATIVE_INFINITY;
    const isKept = this.#isWhole && this.#records.length === 0;
    if (this.#source === undefined || (isKept && !isFailing)) return true;
    if (this.#mustWait()) return false;
    // Nothing may be left to write when a checkpoint has failed; that it is possible again must be found out all the same.
    if (!this.#isWhole || isKept) {
      this.#keepAll();
      return this.#isWhole;
    }
    if (!this.#transact(() => this.#writeBatch())) {
      this.#dropWaiting();
      return false;
    }
    this.#committed();
    const due = this.#dueAccount();
    if (due !== undefined) this.checkpoint(due);
    return true;
  }

  checkpoint(account: string): void {
    if (this.#mustWait()) return;
    if (!this.#isWhole) {
      this.#keepAll();
      return;
    }
    const isKept = this.#transact(() => {
      if (this.#records.length > 0) this.#writeBatch();
      this.#writeCheckpoint(account);
    });
    if (!isKept) {
      this.#dropWaiting();
      return;
    }
    this.#committed();
    this.#pending.delete(account);
    const [oldest] = this.#pending.values();
    this.#transact(() => this.#deleteBatches.run(oldest?.firstBatch ?? this.#lastBatch + 1));
  }

  /** Keeps everything and says that nothing is missing; the journal takes no more. Before {@link begin}: does nothing. */
  close(): void {
    this.#timer?.cancel();
    this.#isClosed = true;
    const source = this.#source;
    if (source === undefined) return;
    this.#transact(() => {
      for (const account of source.accounts()) this.#writeCheckpoint(account);
      this.#database.exec("DELETE FROM journal_batch; INSERT OR REPLACE INTO journal_run VALUES (0, 1)");
    });
  }

  #writeBatch(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#insertBatch.run(this.#lastBatch + 1, nowMs, this.#clock.wallMs(), JSON.stringify(this.#records));
  }

  #writeCheckpoint(account: string): void {
    const checkpoint = this.#source?.checkpoint(account);
    if (checkpoint === undefined) return;
    const { counters, ...rest } = checkpoint;
    const { events, ...others } = counters;
    // The batch that is written in the same transaction is part of it.
    const batch = this.#lastBatch + (this.#records.length > 0 ? 1 : 0);
    const bytes = new Uint8Array(events.buffer, events.byteOffset, events.byteLength);
    const state = JSON.stringify({ ...rest, counters: others });
    this.#stateRecords.set(account, events.length / 5 + checkpoint.charges.length);
    this.#upsertCheckpoint.run(account, batch, checkpoint.atMs, this.#clock.wallMs(), state, bytes);
  }

  /** What follows when the records have become durable. */
  #committed(): void {
    if (this.#records.length > 0) {
      this.#lastBatch++;
      for (const record of this.#records) {
        for (const account of record.accounts) this.#notePending(account, record.atMs);
      }
      this.#records = [];
    }
    this.commitCount++;
    this.#onCommit();
  }

  #commitAfter(delayMs: number): void {
    this.#timer ??= this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.commit();
    });
  }

  /** Whether it is too early to try again after a failure; that is done later then. */
  #mustWait(): boolean {
    const waitMs = this.#retryMs - this.#clock.monotonicMs();
    if (waitMs > 0) this.#commitAfter(waitMs);
    return waitMs > 0;
  }

  /** Keeps the state of every account in place of all that the file holds and of all that waits. */
  #keepAll(): void {
    this.#records = [];
    this.#isWhole = this.#transact(() => {
      this.#database.exec("DELETE FROM journal_batch; DELETE FROM journal_checkpoint");
      for (const account of this.#source?.accounts() ?? []) this.#writeCheckpoint(account);
      this.#database.exec("INSERT OR REPLACE INTO journal_run VALUES (0, 0)");
    });
    if (!this.#isWhole) return;
    this.#pending.clear();
    this.#committed();
  }

  #notePending(account: string, atMs: number): void {
    const pending = this.#pending.get(account);
    if (pending !== undefined) pending.records++;
    else this.#pending.set(account, { firstBatch: this.#lastBatch, sinceMs: atMs, records: 1 });
  }

  /** An account of which much or something old would have to be replayed. */
  #dueAccount(): string | undefined {
    const dueSinceMs = this.#clock.monotonicMs() - CHECKPOINT_AFTER_MS;
    for (const [account, { sinceMs, records }] of this.#pending) {
      const most = Math.max(RECORDS_PER_CHECKPOINT, this.#stateRecords.get(account) ?? 0);
      if (sinceMs < dueSinceMs || records > most) return account;
    }
    return undefined;
  }

  /** Keeps the memory bounded while nothing can be written: states that are kept later make the records needless. */
  #dropWaiting(): void {
    if (this.#records.length < MOST_WAITING) return;
    this.#records = [];
    this.#isWhole = false;
  }

  #transact(write: () => void): boolean {
    try {
      transact(this.#database, write);
      if (this.#retryMs !== Number.NEGATIVE_INFINITY) this.#onRecovered();
      this.#retryMs = Number.NEGATIVE_INFINITY;
      return true;
    } catch (error) {
      if (this.#retryMs === Number.NEGATIVE_INFINITY) this.#onError(error);
      this.#retryMs = this.#clock.monotonicMs() + RETRY_MS;
      if (!this.#isClosed) this.#commitAfter(RETRY_MS);
      return false;
    }
  }
}
