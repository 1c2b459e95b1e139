import { SystemClock } from "../src/core/clock.ts";
import { answerUnlessAborted, type Waiting } from "../src/core/waiting.ts";
import { CLOSED, makeScheduler, RESERVED, requestFor, rulesOf } from "./support/scheduler-parts.ts";
import { micros, stopwatch, type Took } from "./support/stopwatch.ts";

/** Given to abort(), which would else make an error with a stack each time. */
const GONE = new Error("gone");

/**
 * 100,000 waiters that come, and all go away again: as those of HoldSlots do, who leave their wait themselves, or as those
 * of unary calls, whom an abort signal each makes leave.
 */
export function benchLongQueue(
  print: (line: string) => void,
  tenants: number,
  leaving: "themselves" | "by signal",
): void {
  const count = 100_000;
  // One start a second: nobody's turn comes meanwhile.
  const { scheduler, pool } = makeScheduler(new SystemClock(), rulesOf(60));
  const names = Array.from({ length: tenants }, (_, index) => `t${index}`);
  const callers = Array.from({ length: leaving === "by signal" ? count : 0 }, () => new AbortController());
  scheduler.acquire(requestFor(pool, RESERVED));
  const waiting: Waiting<unknown>[] = [];
  const enqueue = stopwatch();
  for (let index = 0; index < count; index++) {
    const answer = scheduler.acquire(requestFor(pool, RESERVED, names[index % tenants]));
    if (answer.kind !== "waiting") throw new Error("did not wait");
    waiting.push(answer);
    const caller = callers[index];
    if (caller !== undefined) void answerUnlessAborted(answer, caller.signal);
  }
  const enqueued = enqueue();
  const length = pool.queue.size;
  const cancel = stopwatch();
  if (callers.length > 0) for (const caller of callers) caller.abort(GONE);
  else for (const waiter of waiting) waiter.leave();
  const cancelled = cancel();
  if (pool.queue.size !== 0) throw new Error("somebody still waits");
  scheduler.close(CLOSED);
  const perWaiter = ({ wallMs, cpuMs }: Took): string =>
    `${micros(wallMs / count)} (${micros(cpuMs / count)} by processor time)`;
  const target = leaving === "themselves" ? " (target 2 µs each)" : "";
  print(
    `  ${length} waiters of ${tenants} tenants that leave ${leaving}: enqueue ${perWaiter(enqueued)}, ` +
      `cancel ${perWaiter(cancelled)}${target}`,
  );
}
