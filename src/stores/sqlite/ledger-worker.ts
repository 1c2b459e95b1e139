import type { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { AlertRecord } from "../../cost/alerts/alert-store.ts";
import { explainProblem, isSumOverflow } from "./explain-problem.ts";
import { forgetAlerts, loadAlerts, saveAlert } from "./ledger-alerts.ts";
import type { LedgerCommand, LedgerReply, LedgerWorkerData } from "./ledger-messages.ts";
import { LEDGER_MIGRATIONS } from "./ledger-migrations.ts";
import { LedgerQueue } from "./ledger-queue.ts";
import { LedgerReader } from "./ledger-reader.ts";
import { pruneLedger } from "./ledger-retention.ts";
import { LedgerWriter } from "./ledger-writer.ts";
import { checkWritable, openComponent } from "./open-component.ts";

/** Rows that wait to be added to the sums: the more, the fewer sums are written for each. */
const ROWS_PER_SUMMING = 100_000;

/** The same when a question comes: reading so many by themselves takes about 5 ms. */
const ROWS_PER_SUMMING_TO_ANSWER = 2_000;

/** Rows that are read from the file at a time to be added to the sums: about 60 ms. */
const MOST_ROWS_READ = 20_000;

/** Rows or sums that are written without a rest: about 50 µs. */
const WRITES_PER_TURN = 8;
const REST_MS = 0.03;
/** Rows on their way here above which there is no rest: with rests at least 44,000 a second can be written. */
const MOST_ROWS_BEHIND = 5_000;

const NEVER = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Enough for the sums of a month, so that they are read from the disk once. */
const CACHE_KIB = 65_536;

/** The thread that owns the ledger's file: all reading and writing of it happens here, in the order of the messages. */
class LedgerThread {
  readonly #path: string;
  readonly #retentionMs: number;
  readonly #database: DatabaseSync;
  readonly #writer: LedgerWriter;
  readonly #reader: LedgerReader;
  readonly #queue: LedgerQueue;
  readonly #reply: (reply: LedgerReply) => void;
  /** Rows that were written since the sums were last. */
  #unsummedCount = 0;
  /** Somebody waits, or rows pile up. */
  #isInHurry = false;
  #writes = 0;
  /** To be tried again. */
  #hasSumFailed = false;
  /** Alerts that could not be kept, by key. */
  readonly #unsavedAlerts = new Map<string, AlertRecord>();

  constructor({ path, retentionMs }: LedgerWorkerData, reply: (reply: LedgerReply) => void) {
    this.#path = path;
    this.#retentionMs = retentionMs;
    this.#reply = reply;
    this.#database = openComponent(path, "ledger", LEDGER_MIGRATIONS);
    this.#database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    this.#writer = new LedgerWriter(this.#database, () => this.#rest());
    this.#reader = new LedgerReader(this.#database);
    this.#queue = new LedgerQueue(this.#writer, {
      written: (keptCount, lostCount) => {
        reply({ kind: "written", keptCount, lostCount });
        this.#unsummedCount += keptCount;
      },
      failed: (error) => this.#replyFailed(error),
    });
  }

  handle(command: LedgerCommand): void {
    if (command.kind !== "write") this.#queue.commit();
    switch (command.kind) {
      case "write":
        this.#isInHurry = command.sentRowCount > MOST_ROWS_BEHIND;
        this.#queue.add(command.rows);
        break;
      case "commit":
        this.#sumFrom(ROWS_PER_SUMMING);
        break;
      case "retry":
        this.#retry();
        break;
      case "find_missing":
        this.#reply({ kind: "missing", entries: this.#writer.missing(command.entries) });
        break;
      case "query":
        this.#isInHurry = true;
        this.#sumFrom(ROWS_PER_SUMMING_TO_ANSWER);
        this.#answer(command);
        break;
      case "load_alerts":
        this.#loadAlerts(command.callsSinceWallMs);
        break;
      case "save_alert":
        this.#unsavedAlerts.set(command.record.alert.key, command.record);
        this.#saveAlerts();
        this.#reply({ kind: "alert_saved" });
        break;
      case "forget_alerts":
        this.#forgetAlerts(command.keys);
        break;
      case "prune":
        this.#prune(command.nowWallMs);
        break;
      case "close":
        this.#isInHurry = true;
        this.#queue.writeAll();
        this.#sumAll();
        this.#saveAlerts();
        this.#database.close();
        this.#reply({ kind: "closed" });
        break;
    }
  }

  /**
   * Comes after each write. Where all processors are taken, the kernel lets a thread that is at work go on for more than a
   * millisecond before another one gets its turn, whatever their priorities.
   */
  #rest(): void {
    if (++this.#writes % WRITES_PER_TURN === 0 && !this.#isInHurry) Atomics.wait(NEVER, 0, 0, REST_MS);
  }

  #sumFrom(rowCount: number): void {
    if (this.#unsummedCount >= rowCount && !this.#hasSumFailed) this.#sumAll();
  }

  /** Whether all rows are in the sums. */
  #sumAll(): boolean {
    this.#hasSumFailed = true;
    try {
      for (let mostRows = MOST_ROWS_READ; mostRows > 0; ) mostRows = this.#sumSome(mostRows);
    } catch (error) {
      this.#replyFailed(error);
      return false;
    }
    this.#hasSumFailed = false;
    this.#unsummedCount = 0;
    return true;
  }

  /** How many rows to sum next. Fewer where a sum would become too large, until the row is found that costs no other. */
  #sumSome(mostRows: number): number {
    try {
      return this.#writer.sum(mostRows) < mostRows ? 0 : mostRows;
    } catch (error) {
      if (!isSumOverflow(error)) throw error;
      if (mostRows > 1) return Math.ceil(mostRows / 2);
      this.#writer.dropUnsummed();
      this.#reply({ kind: "dropped" });
      return MOST_ROWS_READ;
    }
  }

  #retry(): void {
    try {
      checkWritable(this.#database);
    } catch (error) {
      this.#replyFailed(error);
      return;
    }
    const isAllKept = this.#queue.writeAll() && this.#saveAlerts();
    if (isAllKept && (!this.#hasSumFailed || this.#sumAll())) this.#reply({ kind: "recovered" });
  }

  #replyFailed(error: unknown): void {
    this.#reply({ kind: "write_failed", explanation: explainProblem(this.#path, error) });
  }

  #answer({ id, query }: Extract<LedgerCommand, { kind: "query" }>): void {
    try {
      this.#reply({ kind: "answer", id, summary: this.#reader.query(query, this.#queue.entries()) });
    } catch (error) {
      this.#reply({ kind: "query_failed", id, explanation: explainProblem(this.#path, error) });
    }
  }

  #loadAlerts(callsSinceWallMs: number): void {
    try {
      this.#reply({ kind: "alerts", history: loadAlerts(this.#database, callsSinceWallMs) });
    } catch (error) {
      this.#reply({ kind: "alerts_failed", explanation: explainProblem(this.#path, error) });
    }
  }

  /** Whether none is left to be kept. */
  #saveAlerts(): boolean {
    try {
      for (const [key, record] of this.#unsavedAlerts) {
        saveAlert(this.#database, record);
        this.#unsavedAlerts.delete(key);
      }
      return true;
    } catch (error) {
      this.#replyFailed(error);
      return false;
    }
  }

  #forgetAlerts(keys: readonly string[]): void {
    try {
      forgetAlerts(this.#database, keys);
    } catch (error) {
      this.#replyFailed(error);
    }
  }

  #prune(nowMs: number): void {
    let hasMore = false;
    try {
      hasMore = this.#sumAll() && pruneLedger(this.#database, nowMs, this.#retentionMs);
    } catch (error) {
      this.#replyFailed(error);
    }
    this.#writer.refresh();
    this.#reply({ kind: "pruned", hasMore });
  }
}

function serve(data: LedgerWorkerData): void {
  const port = parentPort!;
  const reply = (message: LedgerReply): void => port.postMessage(message);
  let thread: LedgerThread;
  try {
    thread = new LedgerThread(data, reply);
  } catch (error) {
    reply({ kind: "open_failed", explanation: explainProblem(data.path, error) });
    port.close();
    return;
  }
  port.on("message", (command: LedgerCommand) => {
    thread.handle(command);
    if (command.kind === "close") port.close();
  });
  reply({ kind: "opened" });
}

serve(workerData as LedgerWorkerData);
