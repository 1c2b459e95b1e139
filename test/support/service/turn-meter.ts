const LOOK_EVERY_MS = 5;

/**
 * How long one turn of the event loop keeps everybody else waiting, as the processor time that this thread spent in it:
 * what other processes take of a busy machine meanwhile is no part of it.
 */
export class TurnMeter {
  #lastMs = cpuMs();
  #longestMs = 0;
  readonly #timer = setInterval(() => this.#look(), LOOK_EVERY_MS);

  /** Ends the measuring. Answers the longest turn since it was made, in milliseconds. */
  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#longestMs;
  }

  #look(): void {
    const nowMs = cpuMs();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
