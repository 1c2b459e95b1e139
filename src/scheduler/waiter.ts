import { NO_CAUSES } from "../core/cause-set.ts";
import type { JsonValue } from "../core/chat.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { Waiting } from "../core/waiting.ts";
import type { FairQueue } from "./fair-queue.ts";
import type { Lease } from "./lease.ts";
import type { Place, StartOption } from "./place.ts";

/** What a caller asks of the scheduler: one start, at the first option whose turn comes in time. */
export interface StartRequest {
  /** In order of preference; at least one. */
  readonly options: readonly StartOption[];
  readonly tenant: string;
  /** Level of priority, 0 for the most urgent. */
  readonly level: number;
  /** Longest wait in milliseconds; 0: only when it can start at once. */
  readonly maxWaitMs: number;
  /** Monotonic time of the caller's own deadline; `undefined` when it has none. */
  readonly deadlineMs: number | undefined;
  readonly leaseDurationMs: number;
  /** Kept in the journal with the slot, and given back with it after a restart. Undefined: nothing. */
  readonly memo?: JsonValue;
  /** Told the place in the queue and the planned wait, when the request enters one and when that changes. */
  readonly onQueued?: (queued: QueuedAt) => void;
}

/** Where a request stands. */
export interface QueuedAt {
  readonly deployment: string;
  /** Place in the order of service; 1 is next. */
  readonly position: number;
  /** Milliseconds, with all estimates used in full: it starts no later unless somebody goes before it. */
  readonly predictedWaitMs: number;
  /** The same with the part of their estimates that calls usually use; `undefined` until one has been settled. */
  readonly likelyWaitMs: number | undefined;
}

const LEFT = refuse("CANCELLED", "the caller went away while waiting");

/**
 * A request that waits. It is waiting until exactly one of grant, refusal or the caller's leaving ends it. There may be
 * very many: what each takes is most of the time that a long queue costs.
 */
export class Waiter implements Waiting<Lease | Refusal> {
  readonly answer: Promise<Lease | Refusal>;
  readonly request: StartRequest;
  readonly enqueuedMs: number;
  /** The first in order of preference of those where it waits; the others are its {@link Place.sibling}s. */
  firstPlace: Place | undefined;
  /** Everything that has kept it waiting so far. */
  causes = NO_CAUSES;
  /** Undefined once it has been called. */
  #resolve: ((answer: Lease | Refusal) => void) | undefined;
  readonly #onEnd: () => void;

  /** `onEnd` is run once when the wait has ended, for whatever reason. */
  constructor(request: StartRequest, enqueuedMs: number, onEnd: () => void) {
    const { promise, resolve } = Promise.withResolvers<Lease | Refusal>();
    this.answer = promise;
    this.request = request;
    this.enqueuedMs = enqueuedMs;
    this.#resolve = resolve;
    this.#onEnd = onEnd;
  }

  get kind(): "waiting" {
    return "waiting";
  }

  get isWaiting(): boolean {
    return this.#resolve !== undefined;
  }

  /** The longest wait in milliseconds that the caller accepts. */
  get acceptedWaitMs(): number {
    const { deadlineMs = Number.POSITIVE_INFINITY, maxWaitMs } = this.request;
    return Math.min(maxWaitMs, Math.max(0, deadlineMs - this.enqueuedMs));
  }

  /** Monotonic time at which it is refused. */
  get deadlineMs(): number {
    return this.enqueuedMs + this.acceptedWaitMs;
  }

  /** Takes a place in one more queue. */
  join(place: Place): void {
    const last = this.#lastPlaceBefore(undefined);
    if (last === undefined) this.firstPlace = place;
    else last.sibling = place;
  }

  /** Whether one of its places is in a queue. */
  isIn(queue: FairQueue): boolean {
    let place = this.firstPlace;
    while (place !== undefined && place.option.pool.queue !== queue) place = place.sibling;
    return place !== undefined;
  }

  /** Gives up one of its places, which is not taken out of its queue by it. */
  giveUp(place: Place): void {
    const before = this.#lastPlaceBefore(place);
    if (before === undefined) this.firstPlace = place.sibling;
    else before.sibling = place.sibling;
  }

  /** The caller goes away. */
  leave(): void {
    this.end(LEFT);
  }

  /** Ends the wait: leaves every queue, then answers. Does nothing when the wait had ended. */
  end(answer: Lease | Refusal): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    this.#onEnd();
    for (let place = this.firstPlace; place !== undefined; place = place.sibling) {
      place.option.pool.leave(place);
    }
    resolve(answer);
  }

  /** Undefined: there is none, since `place` is the first. */
  #lastPlaceBefore(place: Place | undefined): Place | undefined {
    let before: Place | undefined;
    let next = this.firstPlace;
    while (next !== undefined && next !== place) {
      before = next;
      next = next.sibling;
    }
    return before;
  }
}
