import type { Clock, Timer } from "../core/clock.ts";
import { makeId } from "../core/id.ts";
import type { Amounts, WaitCause } from "../core/limit.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import { DeadlineHeap } from "./deadline-heap.ts";
import { Lease } from "./lease.ts";
import { LeaseBook } from "./lease-book.ts";
import { Place, type StartOption } from "./place.ts";
import { PoolQueue } from "./pool-queue.ts";
import type { PlannedStart } from "./queue-plan.ts";
import { scopesEarliestMs } from "./scope.ts";
import { refuseQueueFull, refuseWait } from "./wait-refusal.ts";
import { type StartRequest, Waiter } from "./waiter.ts";

const NEVER_ABORTED = new AbortController().signal;

export interface SchedulerOptions {
  readonly clock: Clock;
  /** A waiter moves up a level of priority after this time. */
  readonly agingMs: number;
  /** Most waiters of a pool. */
  readonly maxQueue: number;
  /** A tenant's part in fair sharing; 1 for everyone is equal. */
  readonly weightOf: (tenant: string) => number;
  /** Told of slots of which nothing was heard in time. */
  readonly onExpired: (lease: Lease) => void;
}

/**
 * When a call may start. Requests that have room start at once; others wait in the queues of their options and start
 * at the first whose turn comes. A wait that would be too long is refused at once.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #clock: Clock;
  readonly #pools = new Map<string, PoolQueue>();
  readonly #book: LeaseBook;
  readonly #deadlines = new DeadlineHeap<Waiter>(
    (waiter) => waiter.deadlineMs,
    (waiter) => waiter.isWaiting,
  );
  #deadlineTimer: Timer | undefined;
  #deadlineTimerMs = Number.POSITIVE_INFINITY;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#book = new LeaseBook(options.clock, (lease, nowMs) => this.#expire(lease, nowMs));
  }

  /** Puts a pool under the scheduler. */
  addPool(id: string, usage: PoolUsage): PoolQueue {
    const pool = new PoolQueue({
      id,
      usage,
      clock: this.#clock,
      agingMs: this.#options.agingMs,
      weightOf: this.#options.weightOf,
      start: (place, nowMs) => this.#startWaiter(place, nowMs),
      giveUp: (place, predictedWaitMs) => this.#giveUp(place, predictedWaitMs),
    });
    this.#pools.set(id, pool);
    return pool;
  }

  /** Slots that are open now. */
  get openLeases(): number {
    return this.#book.size;
  }

  /** A slot by its id, while it is open and for an hour after. */
  find(slotId: string): Lease | undefined {
    return this.#book.find(slotId);
  }

  /** Grants a start, now or when its turn comes, or refuses it. Several options: the first whose turn comes. */
  acquire(request: StartRequest): Lease | Refusal | Promise<Lease | Refusal> {
    const nowMs = this.#clock.monotonicMs();
    const possible = request.options.filter(
      ({ pool, amounts }) => pool.usage.tooLarge(amounts) === undefined,
    );
    if (possible.length === 0) return refuseTooLarge(request.options);
    for (const option of possible) {
      if (option.pool.queue.size > 0 || !canStart(option, nowMs)) continue;
      const { pool, amounts } = option;
      pool.queue.charge(request.level, request.tenant, pool.usage.shareOf(amounts));
      return this.#grant(option, request, nowMs);
    }
    return this.#wait(request, possible, nowMs);
  }

  /** When a request would start at an option, without asking for it. Scopes are taken into account. */
  preview(option: StartOption, request: Pick<StartRequest, "tenant" | "level">): PlannedStart {
    const nowMs = this.#clock.monotonicMs();
    const asked: StartRequest = {
      ...request,
      options: [option],
      maxWaitMs: 0,
      deadlineMs: undefined,
      leaseDurationMs: 0,
      signal: NEVER_ABORTED,
    };
    const newcomer = new Place(new Waiter(asked, nowMs, nowMs, () => {}), option);
    const planned = option.pool.preview(newcomer, nowMs);
    const scopesMs = scopesEarliestMs(option.scopes, nowMs, option.amounts);
    return { startMs: Math.max(planned.startMs, scopesMs), position: planned.position };
  }

  /** Ends a call with what it really used; a slot that had expired is corrected. */
  settle(lease: Lease, actual: Amounts): void {
    const nowMs = this.#clock.monotonicMs();
    const { pool } = lease.option;
    const wasOpen = lease.state === "granted";
    if (actual.totalTokens > lease.totalTokens) pool.counters.estimateExceeded++;
    if (wasOpen) {
      pool.usage.settle(nowMs, lease, actual);
      for (const charge of lease.scopeCharges) charge.settle(nowMs, actual);
      const unusedShare = pool.usage.shareOf(lease) - pool.usage.shareOf(actual);
      if (unusedShare !== 0) pool.queue.correct(lease.level, lease.tenant, unusedShare);
    } else pool.usage.settleLate(nowMs, lease, actual);
    lease.state = "settled";
    this.#book.end(lease, nowMs);
    this.#noteRoom(lease, nowMs);
  }

  /** Takes back a slot whose call was never sent: as if it had not been granted. Only for an open slot. */
  release(lease: Lease): void {
    const nowMs = this.#clock.monotonicMs();
    lease.option.pool.usage.release(lease);
    for (const charge of lease.scopeCharges) charge.release();
    lease.option.pool.queue.correct(lease.level, lease.tenant, lease.option.pool.usage.shareOf(lease));
    lease.state = "released";
    this.#book.end(lease, nowMs);
    this.#noteRoom(lease, nowMs);
  }

  /** Lets an open slot live for `durationMs` from now. */
  renew(lease: Lease, durationMs: number): void {
    lease.expireMs = this.#clock.monotonicMs() + durationMs;
    this.#book.renewed(lease);
  }

  /** Lets nothing start in a pool for `durationMs`, as its provider has asked. */
  hold(pool: PoolQueue, durationMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    pool.usage.hold(nowMs + durationMs);
    pool.notePushedBack(nowMs);
  }

  /** Refuses everyone who waits and forgets all timers. */
  close(refusal: Refusal): void {
    for (const pool of this.#pools.values()) {
      pool.close();
      for (const place of [...pool.queue.inServiceOrder()]) place.waiter.end(refusal);
      pool.close();
    }
    this.#deadlineTimer?.cancel();
    this.#book.close();
  }

  #wait(
    request: StartRequest,
    options: readonly StartOption[],
    nowMs: number,
  ): Refusal | Promise<Lease | Refusal> {
    const remainingMs = Math.max(0, (request.deadlineMs ?? Number.POSITIVE_INFINITY) - nowMs);
    const acceptedWaitMs = Math.min(request.maxWaitMs, remainingMs);
    const { promise, resolve } = Promise.withResolvers<Lease | Refusal>();
    const waiter = new Waiter(request, nowMs, nowMs + acceptedWaitMs, resolve);
    let refusal: Refusal | undefined;
    for (const option of options) {
      const outcome = this.#enter(waiter, option, nowMs, acceptedWaitMs);
      refusal ??= outcome;
    }
    if (waiter.places.length === 0) return refusal!;
    this.#watch(waiter);
    for (const { option } of [...waiter.places]) if (waiter.isWaiting) option.pool.dispatch(nowMs);
    return promise;
  }

  /** Puts a waiter into one queue, unless its turn there would come too late. */
  #enter(waiter: Waiter, option: StartOption, nowMs: number, acceptedWaitMs: number): Refusal | undefined {
    const { pool, deployment } = option;
    if (pool.queue.size >= this.#options.maxQueue) {
      return refuseQueueFull(
        pool,
        this.#options.maxQueue,
        pool.usage.earliestMs(nowMs, option.amounts, true) - nowMs,
      );
    }
    const place = new Place(waiter, option);
    const planned = pool.enter(place, nowMs);
    const startMs = Math.max(planned.startMs, scopesEarliestMs(option.scopes, nowMs, option.amounts));
    const causes = this.#causesOf(option, planned.position, nowMs);
    if (startMs > waiter.deadlineMs && Number.isFinite(startMs)) {
      pool.leave(place);
      return refuseWait({ pool, deployment, causes, predictedWaitMs: startMs - nowMs, acceptedWaitMs });
    }
    waiter.places.push(place);
    for (const cause of causes) waiter.causes.add(cause);
    const predictedWaitMs = Math.max(0, startMs - nowMs);
    waiter.request.onQueued?.({ deployment, position: planned.position, predictedWaitMs });
    return undefined;
  }

  #causesOf(option: StartOption, position: number, nowMs: number): WaitCause[] {
    const causes = option.pool.usage.causes(nowMs, option.amounts);
    return position > 1 ? [...causes, "queue"] : causes;
  }

  /** Sees to it that a waiter leaves with its caller, and at its deadline. */
  #watch(waiter: Waiter): void {
    const { signal } = waiter.request;
    const onAbort = (): void => waiter.end(refuse("CANCELLED", "the caller went away while waiting"));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    waiter.onEnd = () => {
      signal.removeEventListener("abort", onAbort);
      this.#deadlines.noteDead();
    };
    this.#deadlines.push(waiter);
    if (waiter.deadlineMs < this.#deadlineTimerMs) this.#armDeadlines();
  }

  #startWaiter(place: Place, nowMs: number): void {
    const { waiter, option } = place;
    const lease = this.#grant(option, waiter.request, nowMs);
    lease.waitedMs = nowMs - waiter.enqueuedMs;
    lease.waitCauses = [...waiter.causes];
    waiter.end(lease);
  }

  #grant(option: StartOption, request: StartRequest, nowMs: number): Lease {
    const lease = new Lease(
      makeId("slot"),
      option,
      request.tenant,
      request.level,
      nowMs + request.leaseDurationMs,
    );
    option.pool.usage.charge(nowMs, lease);
    if (option.scopes.length > 0) {
      lease.scopeCharges = option.scopes.map((scope) => scope.charge(nowMs, option.amounts));
    }
    this.#book.add(lease);
    return lease;
  }

  /** Takes a waiter out of one queue where it cannot start in time; refuses it when it stands in no other. */
  #giveUp(place: Place, predictedWaitMs: number): void {
    const { waiter, option } = place;
    option.pool.leave(place);
    waiter.places.splice(waiter.places.indexOf(place), 1);
    if (waiter.places.length > 0) return;
    const nowMs = this.#clock.monotonicMs();
    waiter.end(
      refuseWait({
        pool: option.pool,
        deployment: option.deployment,
        causes: [...waiter.causes],
        predictedWaitMs,
        acceptedWaitMs: Math.max(0, waiter.deadlineMs - nowMs),
      }),
    );
  }

  #expire(lease: Lease, nowMs: number): void {
    lease.option.pool.usage.expire(nowMs, lease);
    for (const charge of lease.scopeCharges) charge.expire(nowMs);
    lease.state = "expired";
    this.#book.end(lease, nowMs);
    this.#options.onExpired(lease);
    this.#noteRoom(lease, nowMs);
  }

  /** Wakes whoever may start earlier since a call has ended. */
  #noteRoom(lease: Lease, nowMs: number): void {
    lease.option.pool.noteRoom(nowMs);
    if (lease.scopeCharges.length === 0) return;
    for (const pool of this.#pools.values()) if (pool !== lease.option.pool) pool.noteRoom(nowMs);
  }

  #armDeadlines(): void {
    this.#deadlineTimer?.cancel();
    const nextMs = this.#deadlines.nextMs();
    this.#deadlineTimerMs = nextMs ?? Number.POSITIVE_INFINITY;
    if (nextMs === undefined) return;
    this.#deadlineTimer = this.#clock.after(nextMs - this.#clock.monotonicMs(), () => {
      const nowMs = this.#clock.monotonicMs();
      let waiter = this.#deadlines.popDue(nowMs);
      for (; waiter !== undefined; waiter = this.#deadlines.popDue(nowMs)) this.#refuseLate(waiter);
      this.#armDeadlines();
    });
  }

  #refuseLate(waiter: Waiter): void {
    const { pool, deployment } = waiter.places[0]!.option;
    waiter.end(
      refuseWait({
        pool,
        deployment,
        causes: [...waiter.causes],
        predictedWaitMs: undefined,
        acceptedWaitMs: waiter.deadlineMs - waiter.enqueuedMs,
      }),
    );
  }
}

function canStart(option: StartOption, nowMs: number): boolean {
  const { pool, amounts, scopes } = option;
  if (scopes.length > 0 && scopesEarliestMs(scopes, nowMs, amounts) > nowMs) return false;
  return pool.usage.fits(nowMs, amounts);
}

function refuseTooLarge(options: readonly StartOption[]): Refusal {
  const found = options.map((option) => ({ option, tooLarge: option.pool.usage.tooLarge(option.amounts)! }));
  const { option, tooLarge } = found[0]!;
  const { metric, amount, windowMs } = tooLarge.limit;
  return refuse(
    "REQUEST_TOO_LARGE",
    `${option.deployment}: ${option.amounts.totalTokens} tokens can never start, since at most ${tooLarge.cap} ${metric} ` +
      `of its limit of ${amount} per ${windowMs / 1000} s are used. Ask for less output, shorten the input, or name a ` +
      "model with a higher limit.",
    { metadata: { model: option.deployment, metric, cap: String(tooLarge.cap), limit: String(amount) } },
  );
}
