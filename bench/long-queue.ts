import { SystemClock } from "../src/core/clock.ts";
import { CLOSED, makeScheduler, RESERVED, requestFor, rulesOf } from "./support/scheduler-parts.ts";
import { micros, stopwatch, type Took } from "./support/stopwatch.ts";

/** 100,000 waiters that come, and all go away again. */
export function benchLongQueue(print: (line: string) => void, tenants: number): void {
  const count = 100_000;
  // One start a second: nobody's turn comes meanwhile.
  const { scheduler, pool } = makeScheduler(new SystemClock(), rulesOf(60));
  const names = Array.from({ length: tenants }, (_, index) => `t${index}`);
  scheduler.acquire(requestFor(pool, RESERVED));
  const waiting = [];
  const enqueue = stopwatch();
  for (let index = 0; index < count; index++) {
    const answer = scheduler.acquire(requestFor(pool, RESERVED, names[index % tenants]));
    if (answer.kind !== "waiting") throw new Error("did not wait");
    waiting.push(answer);
  }
  const enqueued = enqueue();
  const length = pool.queue.size;
  const cancel = stopwatch();
  for (const waiter of waiting) waiter.leave();
  const cancelled = cancel();
  if (pool.queue.size !== 0) throw new Error("somebody still waits");
  scheduler.close(CLOSED);
  const perWaiter = ({ wallMs, cpuMs }: Took): string =>
    `${micros(wallMs / count)} (${micros(cpuMs / count)} by processor time)`;
  print(
    `  ${length} waiters of ${tenants} tenants: enqueue ${perWaiter(enqueued)}, cancel ${perWaiter(cancelled)} (target ` +
      `2 µs each)`,
  );
}
