import type { Amounts, Limit, Metric, WaitCause } from "../core/limit.ts";
import { BucketedLimit } from "./bucketed-limit.ts";
import { CalendarLimit } from "./calendar-limit.ts";
import {
  amountOf,
  type Column,
  EventRing,
  INPUT_TOKENS,
  OUTPUT_TOKENS,
  REQUESTS,
  TOKENS,
} from "./event-ring.ts";
import type { LongLimit } from "./long-limit.ts";
import { capOf, type PoolRules, spacingMs } from "./pool-rules.ts";
import { RollingLimit } from "./rolling-limit.ts";

const COLUMN_OF: Record<Exclude<Metric, "concurrent">, Column> = {
  requests: REQUESTS,
  tokens: TOKENS,
  input_tokens: INPUT_TOKENS,
  output_tokens: OUTPUT_TOKENS,
};
/** Windows up to this long are kept event by event, longer ones in buckets. */
const LONGEST_ROLLING_MS = 10 * 60_000;

/** Amounts by column. */
export type ByColumn = readonly [requests: number, tokens: number, inputTokens: number, outputTokens: number];

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
  readonly #wallAt: (monotonicMs: number) => number;

  constructor(wallAt: (monotonicMs: number) => number) {
    this.#wallAt = wallAt;
  }

  /** Counts by other rules from now on; what the ring and the long counters still hold is kept. */
  setRules(nowMs: number, rules: PoolRules): void {
    const before = this.declared;
    this.#rolling = [];
    this.#long = [];
    this.declared = [];
    for (const limit of rules.limits) {
      if (limit.metric === "concurrent") continue;
      const cap = capOf(limit, rules);
      const old = before.find((entry) => isSameWindow(entry.limit, limit))?.counter;
      const isRolling = limit.windowMs <= LONGEST_ROLLING_MS && limit.calendarTimeZone === undefined;
      const counter = isRolling
        ? this.#addRolling(limit, rules.guardMs, cap, old)
        : this.#addLong(limit, rules.guardMs, cap, nowMs, old);
      this.declared.push({ limit, counter });
    }
    const spacing = rules.spacing === "none" ? 0 : spacingMs(rules.limits);
    const burst = typeof rules.spacing === "object" ? rules.spacing.burst : 1;
    if (spacing > 0)
      this.#follow(new RollingLimit(REQUESTS, spacing * burst, burst, "spacing", this.#ring.first));
    this.evict(nowMs);
  }

  fits(nowMs: number, amounts: Amounts, open: ByColumn): boolean {
    this.evict(nowMs);
    for (const limit of this.#rolling) {
      const used = limit.sum + limit.foreign + open[limit.column];
      if (used + amountOf(amounts, limit.column) > limit.cap) return false;
    }
    for (const limit of this.#long) {
      if (limit.earliestMs(nowMs, amountOf(amounts, limit.column) + open[limit.column]) > nowMs) return false;
    }
    return true;
  }

  /** The first instant from `nowMs` on at which `amounts` fit; Infinity when only less of `open` makes room. */
  earliestMs(nowMs: number, amounts: Amounts, open: ByColumn): number {
    this.evict(nowMs);
    let earliest = nowMs;
    for (const limit of this.#rolling) {
      const atMs = limit.earliestMs(this.#ring, amountOf(amounts, limit.column), open[limit.column]);
      if (atMs > earliest) earliest = atMs;
    }
    for (const limit of this.#long) {
      const atMs = limit.earliestMs(nowMs, amountOf(amounts, limit.column) + open[limit.column]);
      if (atMs > earliest) earliest = atMs;
    }
    return earliest;
  }

  /** Adds to `causes` each kind of limit that keeps `amounts` from starting at `nowMs`. */
  addCauses(nowMs: number, amounts: Amounts, open: ByColumn, causes: Set<WaitCause>): void {
    this.evict(nowMs);
    for (const limit of this.#rolling) {
      const atMs = limit.earliestMs(this.#ring, amountOf(amounts, limit.column), open[limit.column]);
      if (atMs > nowMs) causes.add(limit.cause);
    }
    for (const limit of this.#long) {
      const atMs = limit.earliestMs(nowMs, amountOf(amounts, limit.column) + open[limit.column]);
      if (atMs > nowMs) causes.add("daily_window");
    }
  }

  /** Counts amounts from `nowMs` on. Returns the event's number, or −1 where no rolling limit needs one. */
  append(nowMs: number, amounts: ByColumn): number {
    this.evict(nowMs);
    for (const limit of this.#long) limit.add(nowMs, amounts[limit.column]);
    if (this.#rolling.length === 0) return -1;
    for (const limit of this.#rolling) limit.add(amounts[limit.column]);
    return this.#ring.append(nowMs, ...amounts);
  }

  /** Changes what an event was counted with, where it still counts. */
  correct(event: number, startMs: number, column: Column, delta: number): void {
    if (delta === 0) return;
    if (this.#ring.isHeld(event)) {
      this.#ring.setAmount(event, column, this.#ring.amount(event, column) + delta);
      for (const limit of this.#rolling) {
        if (limit.column === column && limit.head <= event) limit.sum += delta;
      }
    }
    for (const limit of this.#long) if (limit.column === column) limit.adjust(startMs, delta);
  }

  evict(nowMs: number): void {
    let first = this.#ring.end;
    for (const limit of this.#rolling) {
      limit.evict(this.#ring, nowMs);
      if (limit.head < first) first = limit.head;
    }
    this.#ring.first = first;
    for (const limit of this.#long) limit.evict(nowMs);
  }

  /** When everything that a counter counts now has left; `undefined` when it counts nothing. */
  resetMs(nowMs: number, counter: RollingLimit | LongLimit): number | undefined {
    return counter instanceof RollingLimit ? counter.resetMs(this.#ring) : counter.resetMs(nowMs);
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
    const cause = limit.metric === "requests" ? "requests_window" : "tokens_window";
    const counter = this.#follow(
      new RollingLimit(column, limit.windowMs + guardMs, cap, cause, this.#ring.first),
    );
    counter.peak = 0;
    if (old instanceof RollingLimit) {
      counter.peak = old.peak;
      counter.foreign = old.foreign;
      counter.foreignUntilMs = old.foreignUntilMs;
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
    this.#long.push(counter);
    return counter;
  }

  /** Lets a new counter take in what the ring still holds. */
  #follow(limit: RollingLimit): RollingLimit {
    for (let event = this.#ring.first; event < this.#ring.end; event++) {
      limit.add(this.#ring.amount(event, limit.column));
    }
    this.#rolling.push(limit);
    return limit;
  }
}

function columnOf(limit: Limit): Column {
  if (limit.metric === "concurrent") throw new TypeError("a limit of concurrency has no window");
  return COLUMN_OF[limit.metric];
}

function isSameWindow(left: Limit, right: Limit): boolean {
  return (
    left.metric === right.metric &&
    left.windowMs === right.windowMs &&
    left.calendarTimeZone === right.calendarTimeZone
  );
}
