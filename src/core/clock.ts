/** A pending callback made by {@link Clock.after}. */
export interface Timer {
  /** Forgets the callback; does nothing when it has run or was cancelled before. */
  cancel(): void;
}

/**
 * The only source of time. Windows and waits use the monotonic reading, which never jumps; calendars and
 * timestamps shown to users use the wall reading.
 */
export interface Clock {
  /** Milliseconds, with fractions, since an arbitrary fixed origin. Never goes back. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch. May jump when the machine's clock is set. */
  wallMs(): number;
  /**
   * Runs `callback` once, about `delayMs` from now. It may run early (by rounding, or because delays above
   * 2³¹ − 1 ms are cut to that), so the callback must look at the clock again. Does not keep the process alive.
   */
  after(delayMs: number, callback: () => void): Timer;
}

/** Longest delay that the platform's timers take: 2³¹ − 1 ms, about 24.8 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The clock of the machine. */
export class SystemClock implements Clock {
  monotonicMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    const handle = setTimeout(callback, Math.min(Math.max(0, Math.ceil(delayMs)), MAX_TIMER_MS));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  }
}
