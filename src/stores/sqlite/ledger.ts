import type { Worker } from "node:worker_threads";
import type { Clock, Timer } from "../../core/clock.ts";
import { StopError } from "../../core/stop-error.ts";
import type { AlertStore } from "../../cost/alerts/alert-store.ts";
import type { LedgerHealth } from "../../cost/ledger/ledger-health.ts";
import type { LedgerStore } from "../../cost/ledger/ledger-store.ts";
import type { UsageQuery, UsageSummary } from "../../cost/ledger/usage-query.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { LedgerCalls } from "./ledger-calls.ts";
import { LedgerReadError } from "./ledger-errors.ts";
import type { LedgerCommand, LedgerReply, LedgerWorkerData } from "./ledger-messages.ts";
import { RowBatchBuilder } from "./row-batch.ts";
import { startWorker } from "./start-worker.ts";

/** Rows of a batch that goes to the thread at once. */
const MOST_ROWS_OF_BATCH = 250;
/** How long a row waits for others before the group that they are written in ends. */
const GROUP_MS = 100;
const RETRY_MS = 1_000;
const PRUNE_EVERY_MS = 3_600_000;
/** Pause between two steps of letting go of old rows. */
const PRUNE_PAUSE_MS = 100;
/** Unwritten rows at which the ledger says that it is full, and those at which it drops more: about 100 MB. */
const FULL_ROW_COUNT = 100_000;
const MOST_UNWRITTEN_ROWS = 150_000;

/** What a {@link SqliteLedger} is opened with. */
export interface SqliteLedgerOptions extends LedgerWorkerData {
  readonly clock: Clock;
  /** Told when the ledger becomes degraded, and when it is healthy again. */
  readonly onHealth?: (health: LedgerHealth) => void;
  /** Called before rows go to the thread. */
  readonly beforeWrite?: (() => void) | undefined;
  /** Told of rows that are in the file, or never can be. */
  readonly onWritten?: ((entries: readonly LedgerEntry[]) => void) | undefined;
}

/**
 * A ledger in an SQLite file. A thread of its own does all the work on the file; this side only collects rows and
 * hands them over in groups, 100 ms after the first of a group at the latest. A row is safe from a crash of the process
 * once its group is written, and from a power cut some seconds later.
 */
export class SqliteLedger implements LedgerStore {
  readonly #clock: Clock;
  readonly #worker: Worker;
  readonly #onHealth: (health: LedgerHealth) => void;
  readonly #beforeWrite: (() => void) | undefined;
  readonly #onWritten: ((entries: readonly LedgerEntry[]) => void) | undefined;
  /** Rows that the thread has or gets next, in their order, where somebody wants to know when they are written. */
  #sent: LedgerEntry[] = [];
  /** Rows that the thread gets next. */
  readonly #batch = new RowBatchBuilder(MOST_ROWS_OF_BATCH);
  /** Since the first row of a group. */
  #groupTimer: Timer | undefined;
  #retryTimer: Timer | undefined;
  #pruneTimer: Timer | undefined;
  /** Rows that the thread has and has not written. */
  #sentRowCount = 0;
  #lostRowCount = 0;
  /** Undefined: all is well. */
  #explanation: string | undefined;
  #isClosed = false;
  /** The thread is no more. */
  #isStopped = false;
  readonly #calls = new LedgerCalls((command) => this.#post(command));
  #flushes: (() => void)[] = [];
  readonly #closed = Promise.withResolvers<void>();

  private constructor(worker: Worker, options: SqliteLedgerOptions) {
    this.#clock = options.clock;
    this.#worker = worker;
    this.#onHealth = options.onHealth ?? (() => {});
    this.#beforeWrite = options.beforeWrite;
    this.#onWritten = options.onWritten;
    worker.on("message", (reply: LedgerReply) => this.#handle(reply));
    worker.on("error", (error) => this.#stopped(error));
    worker.on("exit", () => this.#closed.resolve());
    worker.unref();
    this.#prune();
  }

  /** Opens the file, making or migrating it where needed. Rejects with `StoreOpenError`. */
  static async open(options: SqliteLedgerOptions): Promise<SqliteLedger> {
    const { path, retentionMs } = options;
    const data: LedgerWorkerData = { path, retentionMs };
    return new SqliteLedger(await startWorker("ledger-worker", "ledger", data), options);
  }

  record(entry: LedgerEntry): void {
    if (this.#isClosed || this.#waitingRowCount >= MOST_UNWRITTEN_ROWS) {
      this.#lostRowCount++;
      return;
    }
    this.#batch.add(entry);
    if (this.#onWritten !== undefined) this.#sent.push(entry);
    if (this.#batch.isFull) this.#sendBatch();
    this.#groupTimer ??= this.#clock.after(GROUP_MS, () => this.#endGroup());
  }

  /** Records those of an earlier process's rows that are not in the file; resolves when they are kept. */
  async recordMissing(entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 0) return;
    for (const entry of await this.#calls.findMissing(entries)) this.record(entry);
    await this.flush();
  }

  /** Whether rows are being kept. */
  health(): LedgerHealth {
    if (this.#explanation === undefined) return { kind: "healthy" };
    const waitingRowCount = this.#waitingRowCount;
    return {
      kind: "degraded",
      explanation: this.#explanation,
      waitingRowCount,
      isFull: waitingRowCount >= FULL_ROW_COUNT,
    };
  }

  /** Rows that were recorded and will never be kept: recorded when full or closed, or with values that do not fit, by
   * themselves or in a sum. */
  get lostRowCount(): number {
    return this.#lostRowCount;
  }

  query(query: UsageQuery): Promise<UsageSummary> {
    if (this.#isClosed) return Promise.reject(new LedgerReadError("the ledger is closed"));
    if (this.#isStopped) return Promise.reject(new LedgerReadError(this.#explanation));
    this.#endGroup();
    return this.#calls.query(query);
  }

  /** The alerts in the same file. */
  readonly alerts: AlertStore = {
    load: (callsSinceWallMs) => this.#calls.loadAlerts(callsSinceWallMs),
    save: async (record) => {
      if (!this.#isClosed && !this.#isStopped) await this.#calls.saveAlert(record);
    },
    forget: (keys) => {
      if (!this.#isClosed) this.#post({ kind: "forget_alerts", keys });
    },
  };

  async flush(): Promise<void> {
    this.#endGroup();
    if (this.#sentRowCount === 0 || this.#explanation !== undefined) return;
    await new Promise<void>((resolve) => this.#flushes.push(resolve));
  }

  /** Rejects with {@link StopError} when rows are left that could not be written. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#sendBatch();
      this.#isClosed = true;
      for (const timer of [this.#groupTimer, this.#retryTimer, this.#pruneTimer]) timer?.cancel();
      this.#post({ kind: "close" });
    }
    await this.#closed.promise;
    if (this.#sentRowCount === 0) return;
    throw new StopError(
      `${this.#sentRowCount} rows of the ledger could not be written: ${this.#explanation}`,
    );
  }

  get #waitingRowCount(): number {
    return this.#sentRowCount + this.#batch.rowCount;
  }

  #endGroup(): void {
    if (this.#groupTimer === undefined) return;
    this.#groupTimer.cancel();
    this.#groupTimer = undefined;
    this.#sendBatch();
    this.#post({ kind: "commit" });
  }

  #sendBatch(): void {
    if (this.#batch.rowCount === 0) return;
    this.#sentRowCount += this.#batch.rowCount;
    this.#beforeWrite?.();
    this.#post({ kind: "write", rows: this.#batch.take(), sentRowCount: this.#sentRowCount });
  }

  /** While an answer is awaited, the thread keeps the process alive. */
  #post(command: LedgerCommand): void {
    this.#worker.ref();
    this.#worker.postMessage(command);
  }

  #handle(reply: LedgerReply): void {
    switch (reply.kind) {
      case "written":
        this.#sentRowCount -= reply.keptCount + reply.lostCount;
        this.#lostRowCount += reply.lostCount;
        this.#onWritten?.(this.#sent.splice(0, reply.keptCount + reply.lostCount));
        if (this.#sentRowCount === 0) this.#endFlushes();
        break;
      case "dropped":
        this.#lostRowCount++;
        break;
      case "recovered":
        this.#explanation = undefined;
        this.#onHealth({ kind: "healthy" });
        break;
      case "write_failed":
        this.#failed(reply.explanation);
        break;
      case "pruned":
        this.#pruneLater(reply.hasMore ? PRUNE_PAUSE_MS : PRUNE_EVERY_MS);
        break;
      default:
        this.#calls.take(reply);
    }
    if (this.#sentRowCount + this.#calls.count === 0 && !this.#isClosed) this.#worker.unref();
  }

  #failed(explanation: string): void {
    const isNew = this.#explanation === undefined;
    this.#explanation = explanation;
    this.#endFlushes();
    if (isNew) this.#onHealth(this.health());
    if (this.#isClosed || this.#retryTimer !== undefined) return;
    this.#retryTimer = this.#clock.after(RETRY_MS, () => {
      this.#retryTimer = undefined;
      this.#post({ kind: "retry" });
    });
  }

  /** The thread has died of a defect: nothing is kept any more. */
  #stopped(error: unknown): void {
    this.#isStopped = true;
    this.#explanation = `the ledger has stopped: ${error}`;
    this.#onHealth(this.health());
    this.#endFlushes();
    this.#calls.fail(this.#explanation);
  }

  #endFlushes(): void {
    const flushes = this.#flushes;
    this.#flushes = [];
    for (const resolve of flushes) resolve();
  }

  #prune(): void {
    if (!this.#isClosed)
      this.#worker.postMessage({ kind: "prune", nowWallMs: this.#clock.wallMs() } satisfies LedgerCommand);
  }

  #pruneLater(delayMs: number): void {
    if (!this.#isClosed) this.#pruneTimer = this.#clock.after(delayMs, () => this.#prune());
  }
}
