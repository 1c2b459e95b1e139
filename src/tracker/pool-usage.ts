import { CAUSE, type CauseSet } from "../core/cause-set.ts";
import type { Amounts, Limit } from "../core/limit.ts";
import type { Charge } from "./charge.ts";
import { amountOf, type Column, INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS, TOKENS } from "./column.ts";
import { countedBy } from "./counted-by.ts";
import { type ByColumn, LimitCounters } from "./limit-counters.ts";
import { concurrencyUsage, type LimitUsage } from "./limit-usage.ts";
import { endOpenCalls, LookAhead } from "./look-ahead.ts";
import { OpenCalls } from "./open-calls.ts";
import { capOf, type PoolRules } from "./pool-rules.ts";
import { UsualValue } from "./usual-value.ts";

/**
 * What a pool has used, and when it has room again: rules R1 to R4 for any list of limits, as a machine that is
 * told the time. Times handed in must not fall. See docs/scheduling.md for the rules.
 */
export class PoolUsage {
  #rules: PoolRules;
  #counters: LimitCounters;
  /** Calls that hold a slot now. */
  readonly openCalls = new OpenCalls();
  /** Reserved by open calls together. */
  readonly #reserved = { requests: 0, inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  /** The part of `#reserved`, by column, that the provider counts only at a call's end: it must not leave before. */
  readonly #heldOpen: ByColumn = new Float64Array(4);
  readonly #chargedAtEnd: readonly [boolean, boolean, boolean, boolean];
  #holdUntilMs = Number.NEGATIVE_INFINITY;
  readonly #usualRatio = new UsualValue();

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

  /** The windows over time and what they have counted. */
  get counters(): LimitCounters {
    return this.#counters;
  }

  /** What open calls hold in a column besides, since their provider counts it only at their end. */
  heldOpen(column: Column): number {
    return this.#heldOpen[column]!;
  }

  /** The part of its estimate that a call usually uses, from 0 to 1; `undefined` before the first was settled. */
  get usualRatio(): number | undefined {
    return this.#usualRatio.value;
  }

  /**
   * Puts other rules in force at once. Open calls and what has been counted stay, and so does `chargeAt`, which is
   * the provider's way and not a figure.
   */
  setRules(nowMs: number, rules: PoolRules): void {
    this.#rules = rules;
    const places = rules.limits.filter(({ metric }) => metric === "concurrent");
    this.openCalls.cap = Math.min(...places.map((limit) => capOf(limit, rules)));
    this.#counters.setRules(nowMs, rules);
  }

  /** The first limit that a call is too large for, whatever the time; `undefined` when it can run. */
  tooLarge(amounts: Amounts): { readonly limit: Limit; readonly cap: number } | undefined {
    for (const { limit, counter } of this.#counters.declared) {
      if (amountOf(amounts, counter.column) > counter.cap) return { limit, cap: counter.cap };
    }
    return undefined;
  }

  /** Whether a call used more of anything that is limited than it had reserved. */
  isExceeded(reserved: Amounts, actual: Amounts): boolean {
    for (const { counter } of this.#counters.declared) {
      if (amountOf(actual, counter.column) > amountOf(reserved, counter.column)) return true;
    }
    return false;
  }

  /**
   * The part of the tightest limit that a call takes, as a fraction of its cap; without limits over time, its
   * requests, so that all calls are alike.
   */
  shareOf(amounts: Amounts): number {
    if (this.#counters.declared.length === 0) return amounts.requests;
    let share = 0;
    for (const { counter } of this.#counters.declared) {
      share = Math.max(share, amountOf(amounts, counter.column) / counter.cap);
    }
    return share;
  }

  /** Whether a call may start at `nowMs`. */
  fits(nowMs: number, amounts: Amounts): boolean {
    if (nowMs < this.#holdUntilMs || !this.openCalls.hasPlaces(amounts.requests)) return false;
    return this.#counters.fits(nowMs, amounts, this.#heldOpen);
  }

  /**
   * The first instant from `nowMs` on at which a call may start, if nothing is settled until then. Infinity when
   * only a settlement makes room; with `assumeSettled`, open calls are taken to end as they were estimated: their tokens
   * count from now on, and their places become free after the usual time.
   */
  earliestMs(nowMs: number, amounts: Amounts, assumeSettled = false): number {
    if (!assumeSettled && !this.openCalls.hasPlaces(amounts.requests)) return Number.POSITIVE_INFINITY;
    const fromMs = Math.max(this.openCalls.expectedPlaceMs(nowMs), this.#holdUntilMs);
    return this.#counters.earliestMs(nowMs, fromMs, amounts, this.#heldOpen, assumeSettled);
  }

  /** Everything that keeps a call from starting at `nowMs`. */
  causes(nowMs: number, amounts: Amounts): CauseSet {
    let causes = this.#counters.causes(nowMs, amounts, this.#heldOpen);
    if (nowMs < this.#holdUntilMs) causes |= CAUSE.provider_hold;
    if (this.openCalls.isFull) causes |= CAUSE.concurrency;
    return causes;
  }

  /** Charges a call that starts at `nowMs`; the caller has asked {@link fits}. */
  charge(nowMs: number, charge: Charge): void {
    charge.startMs = nowMs;
    const { requests, totalTokens, inputTokens, outputTokens } = charge;
    this.#reserve(requests, totalTokens, inputTokens, outputTokens);
    const atEnd = this.#chargedAtEnd;
    charge.event = this.#counters.append(
      nowMs,
      requests,
      atEnd[TOKENS] ? 0 : totalTokens,
      atEnd[INPUT_TOKENS] ? 0 : inputTokens,
      atEnd[OUTPUT_TOKENS] ? 0 : outputTokens,
    );
    this.openCalls.add(charge);
  }

  /** Takes over a call that is open and has been charged in an earlier life of the counters. */
  reopen(charge: Charge): void {
    this.openCalls.add(charge);
    this.#reserve(charge.requests, charge.totalTokens, charge.inputTokens, charge.outputTokens);
  }

  /**
   * Ends a call with what it really used. Less than reserved is given back where the provider does so; more
   * becomes a debt that counts from now on. The request itself stays charged.
   */
  settle(nowMs: number, charge: Charge, actual: Amounts): void {
    const { requests, totalTokens, inputTokens, outputTokens } = charge;
    if (totalTokens > 0) this.#usualRatio.learn(Math.min(1, actual.totalTokens / totalTokens));
    const tokens = this.#correct(charge, TOKENS, totalTokens, actual.totalTokens);
    const input = this.#correct(charge, INPUT_TOKENS, inputTokens, actual.inputTokens);
    const output = this.#correct(charge, OUTPUT_TOKENS, outputTokens, actual.outputTokens);
    this.openCalls.end(charge, nowMs);
    this.#reserve(-requests, -totalTokens, -inputTokens, -outputTokens);
    if (tokens > 0 || input > 0 || output > 0) this.#counters.append(nowMs, 0, tokens, input, output);
  }

  /** Takes a call back that was never sent: as if it had not been charged. */
  release(charge: Charge): void {
    const { event, startMs, requests, totalTokens, inputTokens, outputTokens } = charge;
    const atEnd = this.#chargedAtEnd;
    this.#counters.correct(event, startMs, REQUESTS, -requests);
    if (!atEnd[TOKENS]) this.#counters.correct(event, startMs, TOKENS, -totalTokens);
    if (!atEnd[INPUT_TOKENS]) this.#counters.correct(event, startMs, INPUT_TOKENS, -inputTokens);
    if (!atEnd[OUTPUT_TOKENS]) this.#counters.correct(event, startMs, OUTPUT_TOKENS, -outputTokens);
    this.openCalls.remove(charge);
    this.#reserve(-requests, -totalTokens, -inputTokens, -outputTokens);
  }

  /** Ends a call of which nothing was heard: all that was reserved stays charged, only its place is freed. */
  expire(nowMs: number, charge: Charge): void {
    const { requests, totalTokens, inputTokens, outputTokens } = charge;
    const atEnd = this.#chargedAtEnd;
    this.openCalls.end(charge, nowMs);
    this.#reserve(-requests, -totalTokens, -inputTokens, -outputTokens);
    if (!atEnd[TOKENS]) return;
    const input = atEnd[INPUT_TOKENS] ? inputTokens : 0;
    const event = this.#counters.append(nowMs, 0, totalTokens, input, outputTokens);
    charge.expiry = { event, startMs: nowMs };
  }

  /**
   * Corrects a call that had already expired, when it settles after all: what was counted too much is given back
   * where it still counts, what was counted too little becomes a debt.
   */
  settleLate(nowMs: number, charge: Charge, actual: Amounts): void {
    const tokens = this.#correctLate(charge, TOKENS, charge.totalTokens, actual.totalTokens);
    const input = this.#correctLate(charge, INPUT_TOKENS, charge.inputTokens, actual.inputTokens);
    const output = this.#correctLate(charge, OUTPUT_TOKENS, charge.outputTokens, actual.outputTokens);
    if (tokens > 0 || input > 0 || output > 0) this.#counters.append(nowMs, 0, tokens, input, output);
  }

  /** Lets nothing start before `untilMs`. A hold is never shortened. */
  hold(untilMs: number): void {
    this.#holdUntilMs = Math.max(this.#holdUntilMs, untilMs);
  }

  /** All limits at `nowMs`, in the order of the rules. */
  limits(nowMs: number): LimitUsage[] {
    this.#counters.evict(nowMs);
    const overTime = this.#counters.declared.map(({ limit, counter }): LimitUsage => {
      const counted = countedBy(counter, this.#heldOpen);
      const reserved = Math.min(counted, amountOf(this.#reserved, counter.column));
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
    return [...overTime, ...concurrencyUsage(this.#rules, this.openCalls)];
  }

  /** The part of the scarcest limit that is free, 0 to 1; 1 where nothing is limited. */
  capacityLeft(nowMs: number): number {
    this.#counters.evict(nowMs);
    let left = Math.max(0, 1 - this.openCalls.count / this.openCalls.cap);
    for (const { counter } of this.#counters.declared) {
      left = Math.min(left, Math.max(0, 1 - countedBy(counter, this.#heldOpen) / counter.cap));
    }
    return left;
  }

  /** The pool as it would be if every open call used `ratio` of its estimate: for playing its future. */
  lookAhead(nowMs: number, ratio: number): LookAhead {
    const counters = this.#counters.clone();
    const kept = this.#rules.refund === "full" ? Math.min(1, ratio) : 1;
    const { openCalls } = this;
    if (openCalls.count > 0) endOpenCalls(counters, nowMs, this.#reserved, this.#heldOpen, kept);
    return new LookAhead({ counters, openCalls, nowMs, holdUntilMs: this.#holdUntilMs, kept });
  }

  /** Gives back what was counted too much in one column; returns what is still to be counted, from now on. */
  #correct(charge: Charge, column: Column, reserved: number, used: number): number {
    const counts = this.#rules.refund === "none" && used < reserved ? reserved : used;
    const counted = this.#chargedAtEnd[column] ? 0 : reserved;
    if (counts >= counted) return counts - counted;
    this.#counters.correct(charge.event, charge.startMs, column, counts - counted);
    return 0;
  }

  /** {@link #correct} for a call of which all was counted when it expired. */
  #correctLate(charge: Charge, column: Column, reserved: number, used: number): number {
    if (used > reserved) return used - reserved;
    const counted = this.#chargedAtEnd[column] ? charge.expiry : charge;
    // What was counted in an earlier life by other rules is not known well enough to be given back.
    if (this.#rules.refund === "none" || counted === undefined || counted.event < 0) return 0;
    this.#counters.correct(counted.event, counted.startMs, column, used - reserved);
    return 0;
  }

  #reserve(requests: number, tokens: number, inputTokens: number, outputTokens: number): void {
    const reserved = this.#reserved;
    reserved.requests += requests;
    reserved.totalTokens += tokens;
    reserved.inputTokens += inputTokens;
    reserved.outputTokens += outputTokens;
    if (!this.#chargedAtEnd[TOKENS]) return;
    const held = this.#heldOpen;
    held[TOKENS] = held[TOKENS]! + tokens;
    held[OUTPUT_TOKENS] = held[OUTPUT_TOKENS]! + outputTokens;
    if (this.#chargedAtEnd[INPUT_TOKENS]) held[INPUT_TOKENS] = held[INPUT_TOKENS]! + inputTokens;
  }
}
