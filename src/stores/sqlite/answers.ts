import type { Worker } from "node:worker_threads";
import type { AnswerStore, AnswerToKeep } from "../../completion/cache/answer-store.ts";
import type { Clock } from "../../core/clock.ts";
import type { AnswersCommand, AnswersReply, AnswersWorkerData } from "./answers-messages.ts";
import { startWorker } from "./start-worker.ts";

/** Values on their way to the file, in bytes; what comes beyond is not kept, so that a slow disk fills no memory. */
const MOST_WAITING_BYTES = 32 * 1_048_576;

export interface SqliteAnswersOptions extends AnswersWorkerData {
  readonly clock: Clock;
  /** Told when the file cannot be read or written, once until it can again. Answers are missed then, and not kept. */
  readonly onProblem: (explanation: string) => void;
}

/**
 * Answers in an SQLite file of their own, so that they outlive the process. A thread of its own does all the work on
 * the file. What was put is safe from a crash of the process as soon as the thread has written it.
 */
export class SqliteAnswers implements AnswerStore {
  readonly #clock: Clock;
  readonly #onProblem: (explanation: string) => void;
  readonly #worker: Worker;
  readonly #gets = new Map<number, (value: Uint8Array | undefined) => void>();
  readonly #exited = Promise.withResolvers<void>();
  #getCount = 0;
  #waitingPutCount = 0;
  #waitingBytes = 0;
  /** What the thread could not do when it was last asked to. */
  readonly #failing = new Set<AnswersReply["kind"]>();
  #isClosed = false;

  private constructor(worker: Worker, { clock, onProblem }: SqliteAnswersOptions) {
    this.#worker = worker;
    this.#clock = clock;
    this.#onProblem = onProblem;
    worker.on("message", (reply: AnswersReply) => this.#handle(reply));
    worker.on("error", (error) => this.#stopped(error));
    worker.on("exit", () => this.#exited.resolve());
    worker.unref();
  }

  /** Opens the file, making or migrating it where needed. Rejects with `StoreOpenError`. */
  static async open(options: SqliteAnswersOptions): Promise<SqliteAnswers> {
    const { path, bounds } = options;
    const data: AnswersWorkerData = { path, bounds };
    return new SqliteAnswers(await startWorker("answers-worker", "answers", data), options);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
    const id = this.#getCount++;
    this.#gets.set(id, resolve);
    this.#post({ kind: "get", id, key, nowWallMs: this.#clock.wallMs() });
    return promise;
  }

  put(answer: AnswerToKeep): void {
    const { byteLength } = answer.value;
    if (this.#isClosed || this.#waitingBytes + byteLength > MOST_WAITING_BYTES) return;
    this.#waitingPutCount++;
    this.#waitingBytes += byteLength;
    this.#post({ kind: "put", answer, nowWallMs: this.#clock.wallMs() });
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#post({ kind: "close" });
      this.#isClosed = true;
    }
    await this.#exited.promise;
  }

  /** While something is awaited, the thread keeps the process alive. */
  #post(command: AnswersCommand): void {
    this.#worker.ref();
    this.#worker.postMessage(command);
  }

  #handle(reply: AnswersReply): void {
    if (reply.kind === "got") {
      this.#gets.get(reply.id)?.(reply.value);
      this.#gets.delete(reply.id);
      this.#note(reply.kind, reply.explanation);
    } else if (reply.kind === "put") {
      this.#waitingPutCount--;
      this.#waitingBytes -= reply.bytes;
      this.#note(reply.kind, reply.explanation);
    }
    if (this.#gets.size + this.#waitingPutCount === 0 && !this.#isClosed) this.#worker.unref();
  }

  /** A disk that is full can still be read: that says nothing of whether it can be written. */
  #note(kind: AnswersReply["kind"], explanation: string | undefined): void {
    if (explanation === undefined) this.#failing.delete(kind);
    else {
      if (this.#failing.size === 0) this.#onProblem(explanation);
      this.#failing.add(kind);
    }
  }

  /** The thread has died of a defect: from now on nothing is kept and nothing found. */
  #stopped(error: unknown): void {
    this.#isClosed = true;
    this.#onProblem(`the store of answers has stopped: ${error}`);
    for (const resolve of this.#gets.values()) resolve(undefined);
    this.#gets.clear();
  }
}
