import type { Clock, Timer } from "../../../src/core/clock.ts";

/** A clock whose timers fire late, as those of a busy machine do. */
export class LateClock implements Clock {
  readonly #inner: Clock;
  readonly #latenessMs: () => number;

  constructor(inner: Clock, latenessMs: () => number) {
    this.#inner = inner;
    this.#latenessMs = latenessMs;
  }

  monotonicMs(): number {
    return this.#inner.monotonicMs();
  }

  wallMs(): number {
    return this.#inner.wallMs();
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#inner.after(Math.max(0, delayMs) + this.#latenessMs(), callback);
  }
}
