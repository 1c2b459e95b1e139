import type { JsonValue } from "../core/chat.ts";
import type { WaitCause } from "../core/limit.ts";
import type { LedgerEntry } from "../cost/ledger.ts";
import type { Charge, CountedEvent } from "../tracker/charge.ts";
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

const NO_CHARGES: readonly ScopeCharge[] = [];
const NO_CAUSES: readonly WaitCause[] = [];

/**
 * The right to one call. Also the charge of its pool, and its own copy of what it was granted for, so that nothing but
 * this one object has to live as long as the call.
 */
export class Lease implements Charge {
  readonly id: string;
  readonly deployment: string;
  readonly pool: PoolQueue;
  readonly scopes: readonly Scope[];
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly tenant: string;
  readonly level: number;
  state: LeaseState = "granted";
  /** Monotonic time at which it expires; once it has ended, at which it did. */
  expireMs: number;
  waitedMs = 0;
  waitCauses: readonly WaitCause[] = NO_CAUSES;
  scopeCharges: readonly ScopeCharge[] = NO_CHARGES;
  /** What its owner wants back after a restart. */
  memo: JsonValue | undefined;
  /** What the ledger is going to say about its end; known before the end where budgets count on it. */
  row: LedgerEntry | undefined;
  /** What its owner keeps with it while the process lives; nobody else looks at it. */
  ownerState: object | undefined;
  event = -1;
  startMs = 0;
  expiry: CountedEvent | undefined;

  constructor(id: string, option: StartOption, tenant: string, level: number, expireMs: number) {
    this.id = id;
    this.deployment = option.deployment;
    this.pool = option.pool;
    this.scopes = option.scopes;
    this.requests = option.amounts.requests;
    this.inputTokens = option.amounts.inputTokens;
    this.outputTokens = option.amounts.outputTokens;
    this.totalTokens = option.amounts.totalTokens;
    this.tenant = tenant;
    this.level = level;
    this.expireMs = expireMs;
  }

  get kind(): "lease" {
    return "lease";
  }

  /** What is reserved for it of budgets, in nano-dollars. Undefined: nothing. */
  get reservedNanoUsd(): bigint | undefined {
    for (const { reservedNanoUsd } of this.scopes) {
      if (reservedNanoUsd !== undefined) return reservedNanoUsd;
    }
    return undefined;
  }
}
