import type { Worker } from "node:worker_threads";
import type { Clock, Timer } from "../../core/clock.ts";
import { explainProblem } from "./explain-problem.ts";
import { createWorker } from "./start-worker.ts";

/** How often the log is copied into the file while something is written. */
const COPY_EVERY_MS = 10_000;

/**
 * Has a database's log copied into its file by a thread of its own. Committing takes microseconds, but copying waits
 * for the disk, up to tens of milliseconds: too long for the thread that schedules.
 */
export class LogCopier {
  readonly #worker: Worker;
  readonly #clock: Clock;
  #timer: Timer | undefined;

  /** `onProblem` is told why the log cannot be copied, once until it can; nothing is lost then, but the log grows. */
  constructor(options: { path: string; clock: Clock; onProblem: (explanation: string) => void }) {
    const { path, onProblem } = options;
    this.#clock = options.clock;
    this.#worker = createWorker("log-copier-worker", "log-copier", path);
    this.#worker.unref();
    let hasProblem = false;
    this.#worker.on("message", (problem: string | undefined) => {
      if (problem !== undefined && !hasProblem) onProblem(problem);
      hasProblem = problem !== undefined;
    });
    this.#worker.on("error", (error) => onProblem(explainProblem(path, error)));
  }

  /** Says that something was committed. */
  noteCommit(): void {
    this.#timer ??= this.#clock.after(COPY_EVERY_MS, () => {
      this.#timer = undefined;
      this.#worker.postMessage("copy");
    });
  }

  close(): void {
    this.#timer?.cancel();
    void this.#worker.terminate();
  }
}
