import type { Clock, Timer } from "./clock.ts";

interface PendingTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

/**
 * A clock that stands still until told to move: for simulations and tests. Timers that fall due fire
 * synchronously inside {@link advance}, in order of their time, then of their creation.
 */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #wallOffsetMs: number;
  #created = 0;
  readonly #heap: PendingTimer[] = [];

  /** `wallMs` is the wall time at the start; the monotonic reading starts at `monotonicMs`. */
  constructor(options: { wallMs?: number; monotonicMs?: number } = {}) {
    this.#nowMs = options.monotonicMs ?? 0;
    this.#wallOffsetMs = (options.wallMs ?? 0) - this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const dueMs = this.#nowMs + Math.max(0, delayMs);
    const timer: PendingTimer = { dueMs, order: this.#created++, callback, isCancelled: false };
    this.#push(timer);
    return {
      cancel() {
        timer.isCancelled = true;
      },
    };
  }

  /** The time at which the next timer falls due, or `undefined` when none is pending. */
  nextTimerMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.dueMs;
  }

  /** Moves the time forward by `durationMs`, firing every timer that falls due on the way. */
  advance(durationMs: number): void {
    this.advanceTo(this.#nowMs + durationMs);
  }

  /** Moves the time forward to `timeMs` on the monotonic scale, firing every timer that falls due on the way. */
  advanceTo(timeMs: number): void {
    for (;;) {
      const dueMs = this.nextTimerMs();
      if (dueMs === undefined || dueMs > timeMs) break;
      const timer = this.#pop();
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      timer.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.isCancelled === true) this.#pop();
  }

  #push(timer: PendingTimer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): PendingTimer {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(left: PendingTimer, right: PendingTimer): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
}
