import { SystemClock } from "../src/core/clock.ts";
import { CLOSED, makeScheduler, RESERVED, requestFor, rulesOf } from "./support/scheduler-parts.ts";
import { micros, stopwatch, type Took } from "./support/stopwatch.ts";

/** Given to abort(), which would else make an error with a stack each time. */
const GONE = new Error("gone");

/** 100,000 waiters that come, and all go away again, beside what the platform's own part of it takes. */
export function benchLongQueue(print: (line: string) => void, tenants: number): void {
  const count = 100_000;
  const bare = signalsAlone(count);
  // One start a second: nobody's turn comes meanwhile.
  const { scheduler, pool } = makeScheduler(new SystemClock(), rulesOf(60));
  const names = Array.from({ length: tenants }, (_, index) => `t${index}`);
  const callers = Array.from({ length: count }, () => new AbortController());
  scheduler.acquire(requestFor(pool, RESERVED));
  const enqueue = stopwatch();
  callers.forEach(({ signal }, index) => {
    const answer = scheduler.acquire({
      ...requestFor(pool, RESERVED),
      tenant: names[index % tenants]!,
      signal,
    });
    if (!(answer instanceof Promise)) throw new Error("did not wait");
  });
  const enqueued = enqueue();
  const length = pool.queue.size;
  const cancel = stopwatch();
  for (const caller of callers) caller.abort(GONE);
  const cancelled = cancel();
  if (pool.queue.size !== 0) throw new Error("somebody still waits");
  scheduler.close(CLOSED);
  const perWaiter = ({ wallMs, cpuMs }: Took): string =>
    `${micros(wallMs / count)} (${micros(cpuMs / count)} by processor time)`;
  print(
    `  ${length} waiters of ${tenants} tenants: enqueue ${perWaiter(enqueued)}, cancel ${perWaiter(cancelled)} (target ` +
      `2 µs each); a promise and a listener on a signal alone take ${perWaiter(bare.enqueued)} and ` +
      `${perWaiter(bare.cancelled)}`,
  );
}

/** What promises and abort signals take for so many who wait for nothing. */
function signalsAlone(count: number): { enqueued: Took; cancelled: Took } {
  const callers = Array.from({ length: count }, () => new AbortController());
  const waiting: Promise<unknown>[] = [];
  const enqueue = stopwatch();
  for (const { signal } of callers) {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    signal.addEventListener("abort", () => resolve(GONE), { once: true });
    waiting.push(promise);
  }
  const enqueued = enqueue();
  const cancel = stopwatch();
  for (const caller of callers) caller.abort(GONE);
  return { enqueued, cancelled: cancel() };
}
