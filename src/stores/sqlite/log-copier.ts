import { Worker } from "node:worker_threads";
import type { Clock, Timer } from "../../core/clock.ts";

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

  /** `onError` is told when the log cannot be copied; nothing is lost then, but the log grows. */
  constructor(options: { path: string; clock: Clock; onError: (error: unknown) => void }) {
    this.#clock = options.clock;
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    this.#worker = new Worker(new URL(`./log-copier-worker${extension}`, import.meta.url), {
      workerData: options.path,
      name: "log-copier",
    });
    this.#worker.unref();
    this.#worker.on("error", options.onError);
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
