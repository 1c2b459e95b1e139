import type { JsonValue } from "../core/chat.ts";
import type { WaitCause } from "../core/limit.ts";
import type { Charge, CountedEvent } from "../tracker/charge.ts";
import type { Flow } from "./flow.ts";
import type { StartOption } from "./place.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { Scope, ScopeCharge } from "./scope.ts";

/**
 * A slot's life.
 * - `granted`: the call may start, or runs.
 * - `settled`: the call has ended and was accounted.
 * - `released`: the call was never sent; it is as if the slot had not been granted.
 * - `expired`: nothing was heard in time. The call may have been sent: its estimate stays charged.
 */
export type LeaseState = "granted" | "settled" | "released" | "expired";

/** A scope and what a slot was charged to it. */
export interface ChargedScope {
  readonly scope: Scope;
  readonly charge: ScopeCharge;
}

/** How a slot was waited for. */
export interface Wait {
  /** Milliseconds; 0 when it was granted at once. */
  readonly waitedMs: number;
  readonly causes: readonly WaitCause[];
}

/** Times that were added and subtracted are off by less than this. */
const ROUNDING_MS = 1e-6;
const NO_SCOPES: readonly ChargedScope[] = [];
const NO_WAIT: Wait = { waitedMs: 0, causes: [] };

/**
 * The right to one call. Also the charge of its pool, and its own copy of what it was granted for, so that nothing but
 * this one object has to live as long as the call. There may be very many, so fields are few and numbers whole where
 * they can be: the platform gives one with a fraction a place of its own.
 */
export class Lease implements Charge {
  readonly id: string;
  readonly deployment: string;
  readonly pool: PoolQueue;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** The tenant's line in the level of priority that it was charged in. */
  readonly flow: Flow;
  state: LeaseState = "granted";
  wait = NO_WAIT;
  /** What it was charged to besides its pool. */
  scopes: readonly ChargedScope[] = NO_SCOPES;
  /** What its owner wants back after a restart. */
  memo: JsonValue | undefined;
  /** What its owner keeps with it while the process lives; nobody else looks at it. */
  ownerState: object | undefined;
  event = -1;
  startMs = 0;
  /** Not there until it has one: only few slots ever do. */
  declare expiry?: CountedEvent;
  /** Whole milliseconds from its start on. */
  #durationMs: number;

  /** `durationMs` is the time after which it expires. */
  constructor(id: string, option: StartOption, flow: Flow, durationMs: number) {
    this.id = id;
    this.deployment = option.deployment;
    this.pool = option.pool;
    this.inputTokens = option.amounts.inputTokens;
    this.outputTokens = option.amounts.outputTokens;
    this.totalTokens = option.amounts.totalTokens;
    this.flow = flow;
    this.#durationMs = wholeMs(durationMs);
  }

  get kind(): "lease" {
    return "lease";
  }

  /** Always one call. */
  get requests(): number {
    return 1;
  }

  get tenant(): string {
    return this.flow.tenant;
  }

  get level(): number {
    return this.flow.level;
  }

  /** Monotonic time at which it expires; once it has, at which it did. To the millisecond after its start. */
  get expireMs(): number {
    return this.startMs + this.#durationMs;
  }

  set expireMs(expireMs: number) {
    this.#durationMs = wholeMs(expireMs - this.startMs);
  }

  /** What is reserved for it of budgets, in nano-dollars. Undefined: nothing. */
  get reservedNanoUsd(): bigint | undefined {
    for (const { scope } of this.scopes) {
      if (scope.reservedNanoUsd !== undefined) return scope.reservedNanoUsd;
    }
    return undefined;
  }
}

/** The next whole millisecond. */
function wholeMs(durationMs: number): number {
  return Math.ceil(durationMs - ROUNDING_MS);
}
