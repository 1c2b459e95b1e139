import type { Amounts, Limit, WaitCause } from "../core/limit.ts";
import { amountOf, COLUMNS, INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS, TOKENS } from "./event-ring.ts";
import { type ByColumn, LimitCounters } from "./limit-counters.ts";
import { capOf, type PoolRules } from "./pool-rules.ts";
import { RollingLimit } from "./rolling-limit.ts";

/** What an open call has been charged. The pool fills in `event` and `startMs`. */
export interface Charge extends Amounts {
  /** Number of the event in the pool's ring; −1 where the pool keeps none. */
  event: number;
  /** Monotonic time of the start in milliseconds. */
  startMs: number;
}

/** One limit as users see it. */
export interface LimitUsage {
  readonly limit: Limit;
  readonly cap: number;
  /** Charged by calls that have ended, and by others that share the account. */
  readonly used: number;
  /** Charged by calls that are open. */
  readonly reserved: number;
  readonly remaining: number;
  /** Monotonic time at which everything counted now has left; `undefined` when nothing counts. */
  readonly resetMs: number | undefined;
  /** The highest sum ever charged. */
  readonly peak: number;
}

const NOTHING: ByColumn = [0, 0, 0, 0];

/**
 * What a pool has used, and when it has room again: rules R1 to R4 for any list of limits, as a machine that is
 * told the time. Times handed in must not fall. See docs/scheduling.md for the rules.
 */
export class PoolUsage {
  #rules: PoolRules;
  #counters: LimitCounters;
  #concurrencyCap = Number.POSITIVE_INFINITY;
  #openCalls = 0;
  #peakOpenCalls = 0;
  /** Reserved by open calls, by column. */
  readonly #reserved: [number, number, number, number] = [0, 0, 0, 0];
  /** The part of `#reserved` that the provider counts only at a call's end: it must not leave before. */
  readonly #heldOpen: [number, number, number, number] = [0, 0, 0, 0];
  readonly #chargedAtEnd: readonly [boolean, boolean, boolean, boolean];
  #holdUntilMs = Number.NEGATIVE_INFINITY;

  /** `wallAt` gives the wall time of a monotonic instant; only calendar limits ask for it. */
  constructor(rules: PoolRules, nowMs: number, wallAt: (monotonicMs: number) => number) {
    this.#rules = rules;
    this.#chargedAtEnd = [
      false,
      rules.chargeAt !== "start",
      rules.chargeAt === "end",
      rules.chargeAt !== "start",
    ];
    this.#counters = new LimitCounters(wallAt);
    this.setRules(nowMs, rules);
  }

  get rules(): PoolRules {
    return this.#rules;
  }

  /** Until when the provider asked everyone to wait; negative infinity when it never did. */
  get holdUntilMs(): number {
    return this.#holdUntilMs;
  }

  /** Calls that hold a slot now. */
  get openCalls(): number {
    return this.#openCalls;
  }

  /**
   * Puts other rules in force at once. Open calls and what has been counted stay, and so does `chargeAt`, which is
   * the provider's way and not a figure.
   */
  setRules(nowMs: number, rules: PoolRules): void {
    this.#rules = rules;
    this.#concurrencyCap = Number.POSITIVE_INFINITY;
    for (const limit of rules.limits) {
      if (limit.metric !== "concurrent") continue;
      this.#concurrencyCap = Math.min(this.#concurrencyCap, capOf(limit, rules));
    }
    this.#counters.setRules(nowMs, rules);
  }

  /** The first limit that a call is too large for, whatever the time; `undefined` when it can run. */
  tooLarge(amounts: Amounts): { readonly limit: Limit; readonly cap: number } | undefined {
    for (const { limit, counter } of this.#counters.declared) {
      if (amountOf(amounts, counter.column) > counter.cap) return { limit, cap: counter.cap };
    }
    return undefined;
  }

  /** The part of the tightest limit that a call takes, as a fraction of its cap; 0 where nothing is limited. */
  shareOf(amounts: Amounts): number {
    let share = 0;
    for (const { counter } of this.#counters.declared) {
      share = Math.max(share, amountOf(amounts, counter.column) / counter.cap);
    }
    return share;
  }

  /** Whether a call may start at `nowMs`. */
  fits(nowMs: number, amounts: Amounts): boolean {
    if (nowMs < this.#holdUntilMs || this.#openCalls >= this.#concurrencyCap) return false;
    return this.#counters.fits(nowMs, amounts, this.#heldOpen);
  }

  /**
   * The first instant from `nowMs` on at which a call may start, if nothing is settled until then. Infinity when
   * only a settlement makes room; with `assumeSettled`, open calls are taken to end in time.
   */
  earliestMs(nowMs: number, amounts: Amounts, assumeSettled = false): number {
    if (this.#openCalls >= this.#concurrencyCap && !assumeSettled) return Number.POSITIVE_INFINITY;
    const open = assumeSettled ? NOTHING : this.#heldOpen;
    return Math.max(this.#holdUntilMs, this.#counters.earliestMs(nowMs, amounts, open));
  }

  /** Everything that keeps a call from starting at `nowMs`, each cause once. */
  causes(nowMs: number, amounts: Amounts): WaitCause[] {
    const causes = new Set<WaitCause>();
    if (nowMs < this.#holdUntilMs) causes.add("provider_hold");
    if (this.#openCalls >= this.#concurrencyCap) causes.add("concurrency");
    this.#counters.addCauses(nowMs, amounts, this.#heldOpen, causes);
    return [...causes];
  }

  /** Charges a call that starts at `nowMs`; the caller has asked {@link fits}. */
  charge(nowMs: number, charge: Charge): void {
    charge.startMs = nowMs;
    this.#openCalls++;
    if (this.#openCalls > this.#peakOpenCalls) this.#peakOpenCalls = this.#openCalls;
    for (const column of COLUMNS) {
      const amount = amountOf(charge, column);
      this.#reserved[column] += amount;
      if (this.#chargedAtEnd[column]) this.#heldOpen[column] += amount;
    }
    const atEnd = this.#chargedAtEnd;
    charge.event = this.#counters.append(nowMs, [
      charge.requests,
      atEnd[TOKENS] ? 0 : charge.totalTokens,
      atEnd[INPUT_TOKENS] ? 0 : charge.inputTokens,
      atEnd[OUTPUT_TOKENS] ? 0 : charge.outputTokens,
    ]);
  }

  /**
   * Ends a call with what it really used. Less than reserved is given back where the provider does so; more
   * becomes a debt that counts from now on. The request itself stays charged.
   */
  settle(nowMs: number, charge: Charge, actual: Amounts): void {
    const late: [number, number, number, number] = [0, 0, 0, 0];
    let hasLate = false;
    for (const column of COLUMNS) {
      if (column === REQUESTS) continue;
      const reserved = amountOf(charge, column);
      const used = amountOf(actual, column);
      const counts = this.#rules.refund === "none" ? Math.max(reserved, used) : used;
      const hasCounted = this.#chargedAtEnd[column] ? 0 : reserved;
      if (counts < hasCounted)
        this.#counters.correct(charge.event, charge.startMs, column, counts - hasCounted);
      else if (counts > hasCounted) {
        late[column] = counts - hasCounted;
        hasLate = true;
      }
    }
    this.#close(charge);
    if (hasLate) this.#counters.append(nowMs, late);
  }

  /** Takes a call back that was never sent: as if it had not been charged. */
  release(charge: Charge): void {
    for (const column of COLUMNS) {
      if (this.#chargedAtEnd[column]) continue;
      this.#counters.correct(charge.event, charge.startMs, column, -amountOf(charge, column));
    }
    this.#close(charge);
  }

  /** Ends a call of which nothing was heard: all that was reserved stays charged, only its place is freed. */
  expire(nowMs: number, charge: Charge): void {
    this.settle(nowMs, charge, charge);
  }

  /**
   * Corrects a call that had already expired, when it settles after all: what was counted too much is given back
   * where its own event still counts, what was counted too little becomes a debt.
   */
  settleLate(nowMs: number, charge: Charge, actual: Amounts): void {
    const debt: [number, number, number, number] = [0, 0, 0, 0];
    for (const column of COLUMNS) {
      if (column === REQUESTS) continue;
      const delta = amountOf(actual, column) - amountOf(charge, column);
      if (delta > 0) debt[column] = delta;
      else if (this.#rules.refund === "full" && !this.#chargedAtEnd[column]) {
        this.#counters.correct(charge.event, charge.startMs, column, delta);
      }
    }
    if (debt.some((amount) => amount > 0)) this.#counters.append(nowMs, debt);
  }

  /** Lets nothing start before `untilMs`. A hold is never shortened. */
  hold(untilMs: number): void {
    this.#holdUntilMs = Math.max(this.#holdUntilMs, untilMs);
  }

  /** All limits at `nowMs`, in the order of the rules. */
  limits(nowMs: number): LimitUsage[] {
    this.#counters.evict(nowMs);
    const overTime = this.#counters.declared.map(({ limit, counter }): LimitUsage => {
      const own = counter instanceof RollingLimit ? counter.sum + counter.foreign : counter.used;
      const counted = own + this.#heldOpen[counter.column];
      const reserved = Math.min(counted, this.#reserved[counter.column]);
      return {
        limit,
        cap: counter.cap,
        used: counted - reserved,
        reserved,
        remaining: Math.max(0, counter.cap - counted),
        resetMs: this.#counters.resetMs(nowMs, counter),
        peak: counter.peak,
      };
    });
    return [...overTime, ...this.#concurrencyLimits()];
  }

  /** A copy that shares nothing: looking ahead plays the future on it. It knows no declared limits. */
  clone(): PoolUsage {
    const copy = new PoolUsage({ ...this.#rules, limits: [] }, 0, () => 0);
    copy.#rules = this.#rules;
    copy.#counters = this.#counters.clone();
    copy.#concurrencyCap = this.#concurrencyCap;
    copy.#openCalls = this.#openCalls;
    for (const column of COLUMNS) {
      copy.#reserved[column] = this.#reserved[column];
      copy.#heldOpen[column] = this.#heldOpen[column];
    }
    copy.#holdUntilMs = this.#holdUntilMs;
    return copy;
  }

  #close(charge: Charge): void {
    this.#openCalls--;
    for (const column of COLUMNS) {
      const amount = amountOf(charge, column);
      this.#reserved[column] -= amount;
      if (this.#chargedAtEnd[column]) this.#heldOpen[column] -= amount;
    }
  }

  #concurrencyLimits(): LimitUsage[] {
    const limits = this.#rules.limits.filter(({ metric }) => metric === "concurrent");
    return limits.map((limit) => {
      const cap = capOf(limit, this.#rules);
      return {
        limit,
        cap,
        used: 0,
        reserved: this.#openCalls,
        remaining: Math.max(0, cap - this.#openCalls),
        resetMs: undefined,
        peak: this.#peakOpenCalls,
      };
    });
  }
}
