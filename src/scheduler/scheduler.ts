import { causesIn } from "../core/cause-set.ts";
import type { Clock } from "../core/clock.ts";
import { makeId } from "../core/id.ts";
import type { Amounts } from "../core/limit.ts";
import type { Refusal } from "../core/refusal.ts";
import type { Waiting } from "../core/waiting.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { PoolUsage } from "../tracker/pool-usage.ts";
import { Lease } from "./lease.ts";
import { LeaseBook } from "./lease-book.ts";
import { Place, type StartOption, tooLargeFor } from "./place.ts";
import { PoolQueue } from "./pool-queue.ts";
import { type FullQueue, fullQueue, type QueueBounds } from "./queue-bounds.ts";
import type { PlannedStart } from "./queue-plan.ts";
import { haveScopesRoom } from "./scope.ts";
import type { SlotListener } from "./slot-listener.ts";
import { refuseTooLarge } from "./wait-refusal.ts";
import { type StartRequest, Waiter } from "./waiter.ts";
import { WaitingRoom } from "./waiting-room.ts";

export interface SchedulerOptions {
  readonly clock: Clock;
  /** A waiter moves up a level of priority after this time. */
  readonly agingMs: number;
  /** Most waiters of a pool. */
  readonly maxQueue: number;
  /** Most waiters of one tenant in a pool. Undefined: as many as of all. */
  readonly maxQueueOf?: (tenant: string) => number;
  /** Most tokens of all waiters of a pool together. Undefined: no bound. */
  readonly maxQueuedTokens?: number | undefined;
  /** A tenant's part in fair sharing; 1 for everyone is equal. */
  readonly weightOf: (tenant: string) => number;
  /** What the ledger says about a slot of which nothing was heard in time. Undefined: nothing. */
  readonly expiredRow?: (lease: Lease) => LedgerEntry | undefined;
  /** Told of such a slot and that row. */
  readonly onExpired: (lease: Lease, row: LedgerEntry | undefined) => void;
  /** Told of all that is charged. Undefined: nobody needs to know. */
  readonly listener?: SlotListener;
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
  readonly #bounds: QueueBounds;
  readonly #waiting: WaitingRoom;
  /** What is answered to whoever would have to wait. Undefined: they may. */
  #draining: Refusal | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#book = new LeaseBook(options.clock, (lease, nowMs) => this.#expire(lease, nowMs));
    const { maxQueue, maxQueueOf = () => maxQueue, maxQueuedTokens = Number.POSITIVE_INFINITY } = options;
    this.#bounds = { maxQueue, maxQueueOf, maxQueuedTokens };
    this.#waiting = new WaitingRoom(options.clock, this.#bounds);
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
      giveUp: (place, predictedWaitMs, nowMs) => this.#waiting.giveUp(place, predictedWaitMs, nowMs),
    });
    this.#pools.set(id, pool);
    return pool;
  }

  /** Slots that are open now. */
  get openLeases(): number {
    return this.#book.size;
  }

  /** The slots that are open now. */
  leases(): Iterable<Lease> {
    return this.#book.open();
  }

  /** Takes over a slot of an earlier process, open or ended, whose charges its pool and scopes know already. */
  takeOver(lease: Lease): void {
    this.#book.add(lease);
  }

  /**
   * A slot by its id, while it is open, and for an hour after it has expired. Of those that were settled or released only
   * what an earlier process has left for an hour.
   */
  find(slotId: string): Lease | undefined {
    return this.#book.find(slotId);
  }

  /** Grants a start, now or when its turn comes, or refuses it. Several options: the first whose turn comes. */
  acquire(request: StartRequest): Lease | Refusal | Waiting<Lease | Refusal> {
    const nowMs = this.#clock.monotonicMs();
    const { options } = request;
    const possible = options.every(isPossible) ? options : options.filter(isPossible);
    if (possible.length === 0) return refuseTooLarge(options);
    for (const option of possible) {
      if (option.pool.queue.size > 0 || !canStart(option, request, nowMs)) continue;
      const { queue, usage } = option.pool;
      queue.charge(queue.flowOf(request.level, request.tenant), usage.shareOf(option.amounts));
      return this.#grant(option, request, nowMs);
    }
    return this.#draining ?? this.#waiting.wait(request, possible, nowMs);
  }

  /** The bound for which a tenant's request could not wait at an option; undefined when it could. */
  fullQueue({ pool, amounts }: StartOption, tenant: string): FullQueue | undefined {
    return fullQueue(pool, tenant, amounts, this.#bounds);
  }

  /**
   * When a request would start at an option, without asking for it. Scopes are taken into account: Infinity when only a
   * settlement makes room in one, and nobody knows when that comes.
   */
  preview(option: StartOption, request: Pick<StartRequest, "tenant" | "level">): PlannedStart {
    const nowMs = this.#clock.monotonicMs();
    const asked: StartRequest = {
      ...request,
      options: [option],
      maxWaitMs: 0,
      deadlineMs: undefined,
      leaseDurationMs: 0,
    };
    const newcomer = new Place(new Waiter(asked, nowMs, () => {}), option);
    const planned = option.pool.preview(newcomer, nowMs);
    const unknown = option.scopes.some((scope) => {
      return scope.lookAhead === undefined && !Number.isFinite(scope.earliestMs(nowMs, option.amounts));
    });
    return unknown ? { ...planned, startMs: Number.POSITIVE_INFINITY, likelyMs: undefined } : planned;
  }

  /**
   * Ends a call with what it really used; a slot that had expired is corrected. Does nothing, and returns false, when
   * the slot was settled or released before. `row` is what the ledger is going to say about it.
   */
  settle(lease: Lease, actual: Amounts, row?: LedgerEntry): boolean {
    const nowMs = this.#clock.monotonicMs();
    const { pool } = lease;
    const wasOpen = lease.state === "granted";
    if (!wasOpen && lease.state !== "expired") return false;
    if (pool.usage.isExceeded(lease, actual)) pool.counters.estimateExceeded++;
    if (wasOpen) {
      pool.usage.settle(nowMs, lease, actual);
      for (const { charge } of lease.scopes) charge.settle(nowMs, actual);
      const unusedShare = pool.usage.shareOf(lease) - pool.usage.shareOf(actual);
      if (unusedShare !== 0) lease.flow.correct(unusedShare);
    } else {
      pool.usage.settleLate(nowMs, lease, actual);
      for (const { charge } of lease.scopes) charge.settleLate(nowMs, actual);
    }
    lease.state = "settled";
    this.#book.remove(lease, wasOpen);
    this.#options.listener?.settled(lease, actual, nowMs, row);
    this.#noteRoom(lease, nowMs);
    return true;
  }

  /**
   * Takes back a slot whose call was never sent: as if it had not been granted. Does nothing, and returns false, when
   * the slot is not open any more.
   */
  release(lease: Lease): boolean {
    if (lease.state !== "granted") return false;
    const nowMs = this.#clock.monotonicMs();
    lease.pool.usage.release(lease);
    for (const { charge } of lease.scopes) charge.release();
    lease.flow.correct(lease.pool.usage.shareOf(lease));
    lease.state = "released";
    this.#book.remove(lease, true);
    this.#options.listener?.released(lease, nowMs);
    this.#noteRoom(lease, nowMs);
    return true;
  }

  /**
   * Lets an open slot live for `durationMs` from now, or as long as before when that is longer. Does nothing, and
   * returns false, when the slot is not open any more.
   */
  renew(lease: Lease, durationMs: number): boolean {
    if (lease.state !== "granted") return false;
    const nowMs = this.#clock.monotonicMs();
    lease.expireMs = Math.max(lease.expireMs, nowMs + durationMs);
    this.#options.listener?.renewed(lease, nowMs);
    return true;
  }

  /** Lets nothing start in a pool for `durationMs`, as its provider has asked. */
  hold(pool: PoolQueue, durationMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    pool.usage.hold(nowMs + durationMs);
    this.#options.listener?.held(pool, nowMs);
    pool.notePushedBack(nowMs);
  }

  /** Refuses everyone who waits, and from now on whoever would have to; what can start at once still does. */
  drain(refusal: Refusal): void {
    this.#draining = refusal;
    for (const { queue } of this.#pools.values()) {
      for (const { waiter } of [...queue.places()]) waiter.end(refusal);
    }
  }

  /** The same, and forgets all timers. */
  close(refusal: Refusal): void {
    this.drain(refusal);
    for (const pool of this.#pools.values()) pool.close();
    this.#waiting.close();
    this.#book.close();
  }

  #startWaiter(place: Place, nowMs: number): void {
    const { waiter, option } = place;
    const lease = this.#grant(option, waiter.request, nowMs);
    if (lease.kind === "lease") {
      lease.wait = { waitedMs: nowMs - waiter.enqueuedMs, causes: causesIn(waiter.causes) };
    }
    waiter.end(lease);
  }

  /** Refuses what the listener cannot keep. */
  #grant(option: StartOption, request: StartRequest, nowMs: number): Lease | Refusal {
    const flow = option.pool.queue.flowOf(request.level, request.tenant);
    const lease = new Lease(makeId("slot"), option, flow, request.leaseDurationMs);
    option.pool.usage.charge(nowMs, lease);
    if (option.scopes.length > 0) {
      lease.scopes = option.scopes.map((scope) => ({ scope, charge: scope.charge(nowMs, option.amounts) }));
    }
    lease.memo = request.memo;
    this.#book.add(lease);
    const refusal = this.#options.listener?.granted(lease);
    if (refusal === undefined) return lease;
    this.release(lease);
    return refusal;
  }

  #expire(lease: Lease, nowMs: number): void {
    lease.pool.usage.expire(nowMs, lease);
    for (const { charge } of lease.scopes) charge.expire(nowMs);
    lease.state = "expired";
    this.#book.expire(lease, nowMs);
    const row = this.#options.expiredRow?.(lease);
    this.#options.listener?.expired(lease, nowMs, row);
    this.#options.onExpired(lease, row);
    this.#noteRoom(lease, nowMs);
  }

  /** Wakes whoever may start earlier since a call has ended. */
  #noteRoom(lease: Lease, nowMs: number): void {
    lease.pool.noteRoom(nowMs);
    if (lease.scopes.length === 0) return;
    for (const pool of this.#pools.values()) if (pool !== lease.pool) pool.noteRoom(nowMs);
  }
}

function isPossible(option: StartOption): boolean {
  return tooLargeFor(option) === undefined;
}

function canStart({ pool, amounts, scopes }: StartOption, { level }: StartRequest, nowMs: number): boolean {
  if (scopes.length > 0) {
    const newcomer = { amounts, waiter: undefined, levelAt: () => level };
    if (!haveScopesRoom(scopes, newcomer, nowMs)) return false;
  }
  return pool.usage.fits(nowMs, amounts);
}
