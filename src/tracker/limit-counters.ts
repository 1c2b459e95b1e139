import { CAUSE, type CauseSet, NO_CAUSES } from "../core/cause-set.ts";
import type { Amounts, Limit } from "../core/limit.ts";
import { BucketedLimit } from "./bucketed-limit.ts";
import { CalendarLimit } from "./calendar-limit.ts";
import { amountOf, type Column, columnOf, REQUESTS } from "./column.ts";
import type { CountersState } from "./counters-state.ts";
import { EventRing } from "./event-ring.ts";
import { earliestBesideForeignMs, type LongLimit } from "./long-limit.ts";
import { capOf, type PoolRules, spacingOf } from "./pool-rules.ts";
import { RollingLimit } from "./rolling-limit.ts";

/** Windows up to this long are kept event by event, longer ones in buckets. */
const LONGEST_ROLLING_MS = 10 * 60_000;

/** Amounts by column: always four numbers. */
export type ByColumn = Float64Array;

/** A declared limit beside what counts against it. */
export interface DeclaredCounter {
  readonly limit: Limit;
  readonly counter: RollingLimit | LongLimit;
}

/**
 * The windows of a pool: one ring of events and, for each limit over time, a counter that reads from it. Spacing is
 * one of them: `n` requests in any n × 60 s / RPM. `open` is what counts beside the events, by column.
 */
export class LimitCounters {
  /** The declared limits over time, in the order of the rules. */
  declared: DeclaredCounter[] = [];
  #ring = new EventRing();
  #rolling: RollingLimit[] = [];
  #long: LongLimit[] = [];
  #evictedMs = Number.NEGATIVE_INFINITY;
  readonly #wallAt: (monotonicMs: number) => number;

  constructor(wallAt: (monotonicMs: number) => number) {
    this.#wallAt = wallAt;
  }

  /** Counts by other rules from now on; what the ring and the long counters still hold is kept. */
  setRules(nowMs: number, rules: PoolRules): void {
    const before = [...this.declared];
    this.#rolling = [];
    this.#long = [];
    this.declared = [];
    for (const limit of rules.limits) {
      if (limit.metric === "concurrent") continue;
      const cap = capOf(limit, rules);
      const known = before.findIndex((entry) => isSameWindow(entry.limit, limit));
      const old = known < 0 ? undefined : before.splice(known, 1)[0]?.counter;
      const isRolling = limit.windowMs <= LONGEST_ROLLING_MS && limit.calendarTimeZone === undefined;
      const counter = isRolling
        ? this.#addRolling(limit, rules.guardMs, cap, old)
        : this.#addLong(limit, rules.guardMs, cap, nowMs, old);
      this.declared.push({ limit, counter });
    }
    const spacing = spacingOf(rules);
    if (spacing !== undefined) {
      this.#follow(
        new RollingLimit(REQUESTS, spacing.windowMs, spacing.starts, CAUSE.spacing, this.#ring.first),
      );
    }
    this.#evictedMs = Number.NEGATIVE_INFINITY;
    this.evict(nowMs);
  }

  fits(nowMs: number, amounts: Amounts, open: ByColumn): boolean {
    this.evict(nowMs);
    for (const limit of this.#rolling) {
      const used = limit.sum + limit.foreign + open[limit.column]!;
      if (used + amountOf(amounts, limit.column) > limit.cap) return false;
    }
    for (const limit of this.#long) {
      const amount = amountOf(amounts, limit.column) + open[limit.column]!;
      if (earliestBesideForeignMs(limit, nowMs, amount) > nowMs) return false;
    }
    return true;
  }

  /**
   * The first instant from `fromMs`, now or later, at which `amounts` fit. Infinity when only less of `open` makes
   * room; `isOpenEnding` takes that to be counted from now on like an event.
   */
  earliestMs(nowMs: number, fromMs: number, amounts: Amounts, open: ByColumn, isOpenEnding: boolean): number {
    this.evict(nowMs);
    let earliest = fromMs;
    for (const limit of this.#rolling) {
      let atMs = limit.earliestMs(this.#ring, amountOf(amounts, limit.column), open[limit.column]!);
      if (isOpenEnding && atMs === Number.POSITIVE_INFINITY) atMs = nowMs + limit.heldMs;
      if (atMs > earliest) earliest = atMs;
    }
    for (const limit of this.#long) {
      const amount = amountOf(amounts, limit.column);
      const atMs = earliestBesideForeignMs(limit, earliest, amount + open[limit.column]!);
      const isHeld = isOpenEnding && atMs === Number.POSITIVE_INFINITY;
      earliest = isHeld ? earliestBesideForeignMs(limit, earliest, amount) : atMs;
    }
    return earliest;
  }

  /** What keeps `amounts` from starting at `nowMs`. */
  causes(nowMs: number, amounts: Amounts, open: ByColumn): CauseSet {
    this.evict(nowMs);
    let causes = NO_CAUSES;
    for (const limit of this.#rolling) {
      const atMs = limit.earliestMs(this.#ring, amountOf(amounts, limit.column), open[limit.column]!);
      if (atMs > nowMs) causes |= limit.cause;
    }
    for (const limit of this.#long) {
      const amount = amountOf(amounts, limit.column) + open[limit.column]!;
      const atMs = earliestBesideForeignMs(limit, nowMs, amount);
      if (atMs > nowMs) causes |= CAUSE.daily_window;
    }
    return causes;
  }

  /** Counts amounts from `nowMs` on. Returns the event's number. */
  append(nowMs: number, requests: number, tokens: number, inputTokens: number, outputTokens: number): number {
    this.evict(nowMs);
    const event = this.#ring.append(nowMs, requests, tokens, inputTokens, outputTokens);
    for (const limit of this.#rolling) {
      limit.add(this.#ring.amount(event, limit.column));
      limit.recent?.note(nowMs, limit.sum);
    }
    for (const limit of this.#long) {
      limit.add(nowMs, this.#ring.amount(event, limit.column));
      limit.recent?.note(nowMs, limit.used);
    }
    return event;
  }

  /** Changes what an event was counted with, where it still counts. */
  correct(event: number, startMs: number, column: Column, delta: number): void {
    if (delta === 0) return;
    if (this.#ring.isHeld(event)) {
      this.#ring.correct(event, column, delta);
      for (const limit of this.#rolling) {
        if (limit.column === column && limit.head <= event) limit.sum += delta;
      }
    }
    for (const limit of this.#long) if (limit.column === column) limit.adjust(startMs, delta);
  }

  /** Takes `kept` of a column's newest `amount`, as if the calls that reserved it ended so. For looking ahead. */
  refundNewest(column: Column, amount: number, kept: number): void {
    let rest = kept < 1 ? amount : 0;
    for (let event = this.#ring.end - 1; event >= this.#ring.first && rest > 0; event--) {
      const part = Math.min(rest, this.#ring.amount(event, column));
      this.correct(event, this.#ring.startMs(event), column, -part * (1 - kept));
      rest -= part;
    }
  }

  /** Forgets what has left every window at `nowMs`. */
  evict(nowMs: number): void {
    if (nowMs === this.#evictedMs) return;
    this.#evictedMs = nowMs;
    let first = this.#ring.end;
    for (const limit of this.#rolling) {
      limit.evict(this.#ring, nowMs);
      if (limit.head < first) first = limit.head;
    }
    this.#ring.first = first;
    for (const limit of this.#long) {
      limit.evict(nowMs);
      if (limit.foreign > 0 && limit.foreignUntilMs <= nowMs) limit.foreign = 0;
    }
  }

  /** When everything that a counter counts now has left; `undefined` when it counts nothing. */
  resetMs(nowMs: number, counter: RollingLimit | LongLimit): number | undefined {
    if (counter instanceof RollingLimit) return counter.resetMs(this.#ring);
    const ownMs = counter.resetMs(nowMs);
    return counter.foreign > 0 ? Math.max(counter.foreignUntilMs, ownMs ?? 0) : ownMs;
  }

  /** Events that are held: what a {@link clone} has to copy. */
  get eventCount(): number {
    return this.#ring.end - this.#ring.first;
  }

  /** All that is counted, to be taken over by {@link restore} in another process. */
  snapshot(nowMs: number): CountersState {
    this.evict(nowMs);
    const counters = this.declared.map(({ limit, counter }) => ({
      limit,
      peak: counter.peak,
      foreign: counter.foreign,
      foreignUntilMs: counter.foreign > 0 ? counter.foreignUntilMs : undefined,
      long: counter instanceof RollingLimit ? undefined : counter.snapshot(),
    }));
    return { firstEvent: this.#ring.first, events: this.#ring.toArray(), counters };
  }

  /** Takes over what was counted before, for the windows that are still declared. Only for new counters. */
  restore(state: CountersState): void {
    this.#ring.restore(state.firstEvent, state.events);
    this.#evictedMs = Number.NEGATIVE_INFINITY;
    for (const limit of this.#rolling) {
      limit.head = this.#ring.first;
      this.#takeIn(limit);
      limit.peak = 0;
    }
    for (const { limit, counter } of this.declared) {
      const old = state.counters.find((other) => isSameWindow(other.limit, limit));
      if (old === undefined) continue;
      counter.peak = old.peak;
      counter.foreign = old.foreign;
      counter.foreignUntilMs = old.foreignUntilMs ?? Number.NEGATIVE_INFINITY;
      if (old.long !== undefined && !(counter instanceof RollingLimit)) counter.restore(old.long);
    }
  }

  /** A copy that shares nothing and has no {@link declared} limits: it only looks ahead. */
  clone(): LimitCounters {
    const copy = new LimitCounters(this.#wallAt);
    copy.#ring = this.#ring.clone();
    copy.#rolling = this.#rolling.map((limit) => limit.clone());
    copy.#long = this.#long.map((limit) => limit.clone());
    return copy;
  }

  #addRolling(
    limit: Limit,
    guardMs: number,
    cap: number,
    old: RollingLimit | LongLimit | undefined,
  ): RollingLimit {
    const column = columnOf(limit);
    const cause = limit.metric === "requests" ? CAUSE.requests_window : CAUSE.tokens_window;
    const counter = this.#follow(
      new RollingLimit(column, limit.windowMs + guardMs, cap, cause, this.#ring.first),
    );
    counter.peak = counter.sum;
    if (old instanceof RollingLimit) {
      counter.peak = old.peak;
      counter.foreign = old.foreign;
      counter.foreignUntilMs = old.foreignUntilMs;
      counter.recent = old.recent;
    }
    return counter;
  }

  #addLong(
    limit: Limit,
    guardMs: number,
    cap: number,
    nowMs: number,
    old: RollingLimit | LongLimit | undefined,
  ): LongLimit {
    const column = columnOf(limit);
    let counter: LongLimit;
    if (old !== undefined && !(old instanceof RollingLimit)) counter = old;
    else if (limit.calendarTimeZone === undefined) {
      counter = new BucketedLimit(column, limit.windowMs, guardMs, cap, nowMs);
    } else counter = new CalendarLimit(column, limit.calendarTimeZone, guardMs, cap, nowMs, this.#wallAt);
    counter.cap = cap;
    counter.setGuard(guardMs);
    // A limit that is new takes in what the ring still holds.
    if (counter !== old) {
      for (let event = this.#ring.first; event < this.#ring.end; event++) {
        counter.add(this.#ring.startMs(event), this.#ring.amount(event, column));
      }
    }
    this.#long.push(counter);
    return counter;
  }

  /** Lets a new counter take in what the ring still holds. */
  #follow(limit: RollingLimit): RollingLimit {
    this.#takeIn(limit);
    this.#rolling.push(limit);
    return limit;
  }

  #takeIn(limit: RollingLimit): void {
    for (let event = this.#ring.first; event < this.#ring.end; event++) {
      limit.add(this.#ring.amount(event, limit.column));
    }
  }
}

function isSameWindow(left: Limit, right: Limit): boolean {
  return (
    left.metric === right.metric &&
    left.windowMs === right.windowMs &&
    left.calendarTimeZone === right.calendarTimeZone
  );
}
