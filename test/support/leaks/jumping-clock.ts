import { type Clock, SystemClock, type Timer } from "../../../src/core/clock.ts";

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
  timer: Timer;
}

/** The machine's clock, which can be put forward: what falls due by it fires soon. It knows what is pending. */
export class JumpingClock implements Clock {
  readonly #machine = new SystemClock();
  readonly #pending = new Set<PendingTimer>();
  #aheadMs = 0;

  monotonicMs(): number {
    return this.#machine.monotonicMs() + this.#aheadMs;
  }

  wallMs(): number {
    return this.#machine.wallMs() + this.#aheadMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const dueMs = this.monotonicMs() + delayMs;
    const one: PendingTimer = { dueMs, callback, timer: { cancel() {} } };
    this.#pending.add(one);
    this.#start(one);
    return {
      cancel: () => {
        one.timer.cancel();
        this.#pending.delete(one);
      },
    };
  }

  /** Timers that have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  jump(durationMs: number): void {
    this.#aheadMs += durationMs;
    for (const one of this.#pending) {
      one.timer.cancel();
      this.#start(one);
    }
  }

  #start(one: PendingTimer): void {
    one.timer = this.#machine.after(one.dueMs - this.monotonicMs(), () => {
      this.#pending.delete(one);
      one.callback();
    });
  }
}
