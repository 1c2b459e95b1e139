import { NO_CAUSES } from "../core/cause-set.ts";
import type { JsonValue } from "../core/chat.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { Waiting } from "../core/waiting.ts";
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

const NO_PLACES: readonly Place[] = [];
const LEFT = refuse("CANCELLED", "the caller went away while waiting");

/**
 * A request that waits. It is waiting until exactly one of grant, refusal or the caller's leaving ends it. There may be
 * very many: what each takes is most of the time that a long queue costs.
 */
export class Waiter implements Waiting<Lease | Refusal> {
  readonly answer: Promise<Lease | Refusal>;
  readonly request: StartRequest;
  readonly enqueuedMs: number;
  /** Monotonic time at which it is refused. */
  readonly deadlineMs: number;
  /** In order of preference. */
  places: readonly Place[] = NO_PLACES;
  /** Everything that has kept it waiting so far. */
  causes = NO_CAUSES;
  /** Undefined once it has been called. */
  #resolve: ((answer: Lease | Refusal) => void) | undefined;
  readonly #onEnd: () => void;

  /** `onEnd` is run once when the wait has ended, for whatever reason. */
  constructor(request: StartRequest, enqueuedMs: number, deadlineMs: number, onEnd: () => void) {
    const { promise, resolve } = Promise.withResolvers<Lease | Refusal>();
    this.answer = promise;
    this.request = request;
    this.enqueuedMs = enqueuedMs;
    this.deadlineMs = deadlineMs;
    this.#resolve = resolve;
    this.#onEnd = onEnd;
  }

  get kind(): "waiting" {
    return "waiting";
  }

  get isWaiting(): boolean {
    return this.#resolve !== undefined;
  }

  /** Takes a place in one more queue. */
  join(place: Place): void {
    // Most wait in one; an array that has been pushed to has room for 16 more.
    this.places = this.places.length === 0 ? [place] : this.places.concat(place);
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
    for (const place of this.places) place.option.pool.leave(place);
    resolve(answer);
  }
}
