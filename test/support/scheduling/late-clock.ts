import type { Clock, Timer } from "../../../src/core/clock.ts";

/** A clock whose timers fire late, as those of a busy machine do, or early, as any may. */
export class LateClock implements Clock {
  readonly #inner: Clock;
  readonly #latenessMs: (delayMs: number) => number;

  constructor(inner: Clock, latenessMs: (delayMs: number) => number) {
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
    const dueMs = Math.max(0, delayMs);
    return this.#inner.after(dueMs + this.#latenessMs(dueMs), callback);
  }
}
