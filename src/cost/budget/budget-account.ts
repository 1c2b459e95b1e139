import { periodBounds } from "../../core/calendar.ts";
import type { BudgetReport } from "./budget-report.ts";
import { type BudgetRule, ofScope, scopeOf } from "./budget-rule.ts";
import { formatUsd } from "./format-usd.ts";

const ADJECTIVES = { hour: "hourly", day: "daily", week: "weekly", month: "monthly" } as const;

/** Longer than any request may wait. */
const LONGEST_WAIT_MS = 2 * 86_400_000;

/** Told that the room of an account has changed. */
export interface BudgetWatcher {
  /** Called when less is left, even once every open call has settled for nothing. */
  checkRoom(): void;
}

/**
 * What is spent and reserved of one budget in its present period. What was reserved in one period and settles in the
 * next counts in the next, as its row in the ledger does.
 */
export class BudgetAccount {
  readonly rule: BudgetRule;
  /** Value of the tag that is counted apart; empty: there is none. */
  readonly value: string;
  readonly #timeZone: string;
  readonly #watchers = new Set<BudgetWatcher>();
  #startMs = Number.POSITIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;
  #touchedMs = 0;
  #usedNanoUsd = 0n;
  #reservedNanoUsd = 0n;
  #hasRefused = false;
  #ended: BudgetReport | undefined;

  constructor(rule: BudgetRule, value: string, timeZone: string) {
    this.rule = rule;
    this.value = value;
    this.#timeZone = timeZone;
  }

  /** {@link roll} on behalf of a call, which may come back to the account later. */
  touch(wallMs: number): void {
    this.#touchedMs = wallMs;
    this.roll(wallMs);
  }

  /** Brings the account to the period of a wall time; a clock that was set back does not bring back an old one. */
  roll(wallMs: number): void {
    if (wallMs < this.#endMs) return;
    if (this.#usedNanoUsd > 0n || this.#hasRefused) this.#ended = this.report();
    const { startMs, endMs } = periodBounds(this.rule.period, wallMs, this.#timeZone);
    this.#startMs = startMs;
    this.#endMs = endMs;
    this.#usedNanoUsd = 0n;
    this.#hasRefused = false;
  }

  /** Wall time of the present period's start. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Wall time of the present period's end. */
  get endMs(): number {
    return this.#endMs;
  }

  /** How the latest period stood at its end, told once. Undefined: nothing was spent in it. */
  takeEnded(): BudgetReport | undefined {
    const ended = this.#ended;
    this.#ended = undefined;
    return ended;
  }

  /** Nothing is spent or reserved, and no call that came before can be waiting still. */
  isForgettable(wallMs: number): boolean {
    const isIdle = this.#usedNanoUsd === 0n && this.#reservedNanoUsd === 0n && this.#ended === undefined;
    return isIdle && this.#touchedMs < wallMs - LONGEST_WAIT_MS;
  }

  /** Whether an amount fits now. An amount of 0 always does. */
  fits(nanoUsd: bigint): boolean {
    return nanoUsd === 0n || this.#usedNanoUsd + this.#reservedNanoUsd + nanoUsd <= this.rule.amountNanoUsd;
  }

  /** Whether an amount would fit if nothing were reserved. */
  couldFit(nanoUsd: bigint): boolean {
    return nanoUsd === 0n || this.#usedNanoUsd + nanoUsd <= this.rule.amountNanoUsd;
  }

  /** Notes that a call did not fit. */
  noteRefused(nanoUsd: bigint): void {
    if (nanoUsd <= this.rule.amountNanoUsd) this.#hasRefused = true;
  }

  reserve(nanoUsd: bigint): void {
    this.#reservedNanoUsd += nanoUsd;
  }

  unreserve(nanoUsd: bigint): void {
    this.#reservedNanoUsd -= nanoUsd;
  }

  /** Counts what was really spent; negative where less was than had been counted. */
  spend(nanoUsd: bigint): void {
    this.#usedNanoUsd += nanoUsd;
    if (nanoUsd > 0n) for (const watcher of [...this.#watchers]) watcher.checkRoom();
  }

  watch(watcher: BudgetWatcher): void {
    this.#watchers.add(watcher);
  }

  unwatch(watcher: BudgetWatcher): void {
    this.#watchers.delete(watcher);
  }

  /** Its name for people: `daily budget of tenant search`. */
  get name(): string {
    return `${ADJECTIVES[this.rule.period]} budget${ofScope(this.rule.selector, this.value)}`;
  }

  /** Its name in a list of what is limited: `budget daily of tenant search`. */
  get subject(): string {
    return `budget ${ADJECTIVES[this.rule.period]}${ofScope(this.rule.selector, this.value)}`;
  }

  /** Why an amount does not fit, for people. */
  explain(nanoUsd: bigint): string {
    const left = this.rule.amountNanoUsd - this.#usedNanoUsd;
    return (
      `the ${this.name} of ${formatUsd(this.rule.amountNanoUsd)} has ${formatUsd(left < 0n ? 0n : left)} left, ` +
      `and the call may cost ${formatUsd(nanoUsd)}`
    );
  }

  report(): BudgetReport {
    const { amountNanoUsd, period, selector } = this.rule;
    const remaining = amountNanoUsd - this.#usedNanoUsd - this.#reservedNanoUsd;
    return {
      ...scopeOf(selector, this.value),
      period,
      amountNanoUsd,
      usedNanoUsd: this.#usedNanoUsd,
      reservedNanoUsd: this.#reservedNanoUsd,
      remainingNanoUsd: remaining < 0n ? 0n : remaining,
      resetWallMs: this.#endMs,
      timeZone: this.#timeZone,
      hasRefused: this.#hasRefused,
    };
  }
}
