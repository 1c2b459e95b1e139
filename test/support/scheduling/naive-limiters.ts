/** Decides at once whether a call may start. */
export interface Limiter {
  tryStart(nowMs: number): boolean;
}

/** Counts anew from every full window on: lets two amounts through around its edge. */
export function fixedWindow(amount: number, windowMs: number): Limiter {
  let window = Number.NaN;
  let count = 0;
  return {
    tryStart(nowMs) {
      const current = Math.floor(nowMs / windowMs);
      if (current !== window) count = 0;
      window = current;
      if (count >= amount) return false;
      count++;
      return true;
    },
  };
}

/** Takes the last full window for evenly spread: wrong when it was not. */
export function twoBuckets(amount: number, windowMs: number): Limiter {
  let window = Number.NaN;
  let before = 0;
  let count = 0;
  return {
    tryStart(nowMs) {
      const current = Math.floor(nowMs / windowMs);
      if (current !== window) {
        before = current === window + 1 ? count : 0;
        count = 0;
        window = current;
      }
      const part = 1 - (nowMs / windowMs - current);
      if (before * part + count + 1 > amount) return false;
      count++;
      return true;
    },
  };
}

/** The generic cell rate algorithm with a burst of the whole amount: a burst, and the refilling on top. */
export function gcraWithBurst(amount: number, windowMs: number): Limiter {
  const stepMs = windowMs / amount;
  let theoreticalMs = 0;
  return {
    tryStart(nowMs) {
      const nextMs = Math.max(theoreticalMs, nowMs) + stepMs;
      if (nextMs - nowMs > windowMs + 1e-9) return false;
      theoreticalMs = nextMs;
      return true;
    },
  };
}
