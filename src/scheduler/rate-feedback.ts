import type { Clock } from "../core/clock.ts";
import { applyHeaders, type HeaderEffect } from "../tracker/feedback/apply-headers.ts";
import type { HeaderFeedback, HeaderParser } from "../tracker/feedback/header-limit.ts";
import type { Lease } from "./lease.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { Scheduler } from "./scheduler.ts";

/** How long a pool holds after a refusal for rate that does not say how long; doubled for each further one. */
const FIRST_UNSTATED_HOLD_MS = 1_000;
const LONGEST_UNSTATED_HOLD_MS = 60_000;
/** A pool is not held longer at a time, whatever the provider asks: one call may then find out. */
const LONGEST_HOLD_MS = 86_400_000;

/** What a provider's answer says about its limits. */
export interface RateAnswer {
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: not known, or it never answered. */
  readonly statusCode: number | undefined;
  /** Undefined: not known apart from the headers. */
  readonly retryAfterMs: number | undefined;
  /** The provider refused the call for its rate; not because a quota that was paid for is used up. */
  readonly isRateLimited: boolean;
}

/** What an answer changed in its pool; for the log. */
export interface RateFeedbackNote extends HeaderEffect {
  /** How long the pool holds from now on; undefined: the answer asked for no hold. */
  readonly heldMs: number | undefined;
  /** The headers were older than others already known, and were not read. */
  readonly isStale: boolean;
}

/** What is remembered of a pool's answers. */
interface PoolMemory {
  /** Start of the latest call whose headers were read. */
  newestCallMs: number;
  /** Refusals in a row that did not say how long to wait. */
  unstatedRefusals: number;
  /** When the pool was last held for one of these. */
  heldSinceMs: number;
}

const NO_EFFECT: HeaderEffect = {
  foreign: [],
  adopted: [],
  exhaustedMs: undefined,
  isTighter: false,
  isLooser: false,
};

/** Most callers of slots send no headers; then there is nothing to read. */
const NO_HEADERS: HeaderFeedback = { limits: [] };

/** Tells pools what their providers say: holds, use by others, limits that are lower than declared. */
export class RateFeedback {
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  readonly #parserOf: (pool: PoolQueue) => HeaderParser;
  readonly #memories = new WeakMap<PoolQueue, PoolMemory>();

  /** `parserOf` gives the reader of the headers of a pool's provider. */
  constructor(options: {
    scheduler: Scheduler;
    clock: Clock;
    parserOf: (pool: PoolQueue) => HeaderParser;
  }) {
    this.#scheduler = options.scheduler;
    this.#clock = options.clock;
    this.#parserOf = options.parserOf;
  }

  /** Takes in the answer to a slot's call. Works before and after the slot's settlement. */
  note(lease: Lease, answer: RateAnswer): RateFeedbackNote {
    const { pool } = lease;
    const nowMs = this.#clock.monotonicMs();
    const memory = this.#memoryOf(pool);
    const headers = this.#read(pool, answer.headers);
    const isStale = lease.startMs < memory.newestCallMs;
    if (answer.isRateLimited) pool.counters.leaked429++;
    let effect = NO_EFFECT;
    if (!isStale && headers.limits.length > 0) {
      memory.newestCallMs = lease.startMs;
      effect = applyHeaders(pool.usage, headers.limits, nowMs, lease.startMs);
      if (effect.foreign.length > 0) pool.counters.foreignUsage++;
    }
    const statedMs = answer.retryAfterMs ?? headers.retryAfterMs;
    const heldMs = this.#holdMs(memory, lease, answer, statedMs, effect.exhaustedMs);
    if (heldMs !== undefined) this.#scheduler.hold(pool, heldMs);
    else if (effect.isTighter) pool.notePushedBack(nowMs);
    if (effect.isLooser) pool.noteRoom(nowMs);
    return { ...effect, heldMs, isStale };
  }

  /** How long the pool is to hold; undefined: not at all. */
  #holdMs(
    memory: PoolMemory,
    lease: Lease,
    answer: RateAnswer,
    statedMs: number | undefined,
    exhaustedMs: number | undefined,
  ): number | undefined {
    const isRefused = answer.isRateLimited || answer.statusCode === 429;
    if (statedMs !== undefined && statedMs > 0) return Math.min(statedMs, LONGEST_HOLD_MS);
    if (!isRefused) {
      if (lease.startMs >= memory.heldSinceMs) memory.unstatedRefusals = 0;
      return undefined;
    }
    if (exhaustedMs !== undefined && exhaustedMs > 0) return Math.min(exhaustedMs, LONGEST_HOLD_MS);
    // Calls that were under way when the hold began tell nothing new.
    if (lease.startMs >= memory.heldSinceMs) {
      memory.unstatedRefusals++;
      memory.heldSinceMs = this.#clock.monotonicMs();
    }
    const doublings = Math.max(0, memory.unstatedRefusals - 1);
    return Math.min(LONGEST_UNSTATED_HOLD_MS, FIRST_UNSTATED_HOLD_MS * 2 ** doublings);
  }

  #read(pool: PoolQueue, headers: RateAnswer["headers"]): HeaderFeedback {
    for (const _name in headers) return this.#parserOf(pool)(headers, this.#clock.wallMs());
    return NO_HEADERS;
  }

  #memoryOf(pool: PoolQueue): PoolMemory {
    let memory = this.#memories.get(pool);
    if (memory === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      memory = { newestCallMs: never, unstatedRefusals: 0, heldSinceMs: never };
      this.#memories.set(pool, memory);
    }
    return memory;
  }
}
