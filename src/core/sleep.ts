import type { Clock } from "./clock.ts";

/** Waits for `durationMs`, or less when the signal aborts. True: the whole time has passed. */
export function sleep(clock: Clock, durationMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onAbort = (): void => {
    timer.cancel();
    resolve(false);
  };
  const untilMs = clock.monotonicMs() + durationMs;
  const wake = (): void => {
    const leftMs = untilMs - clock.monotonicMs();
    if (leftMs > 0) {
      timer = clock.after(leftMs, wake);
      return;
    }
    signal.removeEventListener("abort", onAbort);
    resolve(true);
  };
  let timer = clock.after(durationMs, wake);
  signal.addEventListener("abort", onAbort, { once: true });
  return promise;
}
