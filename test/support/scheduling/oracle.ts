import type { Amounts, Limit } from "../../../src/core/limit.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";

/** One thing that was counted, at one moment. */
interface Counted {
  readonly atMs: number;
  requests: number;
  tokens: number;
  inputTokens: number;
  outputTokens: number;
}

/** A call as the oracle remembers it. */
export interface OracleCall {
  readonly reserved: Amounts;
  readonly arrival: Counted;
  isOpen: boolean;
  /** What was counted when it ended or expired. */
  end: Counted | undefined;
}

type Field = "tokens" | "inputTokens" | "outputTokens";
const FIELDS: readonly Field[] = ["tokens", "inputTokens", "outputTokens"];
const LONG_WINDOW_MS = 600_000;

/**
 * The rules by brute force: every call ever made is kept in a list, and every answer adds up every window anew from
 * the beginning. Shares no code with the engine. `coarseMs` allows for windows that the engine keeps in buckets:
 * 0 demands the exact window, 1 the longest that the engine may take for it.
 */
export class Oracle {
  #rules: PoolRules;
  readonly #calls: OracleCall[] = [];
  readonly #counted: Counted[] = [];
  readonly #wallOffsetMs: number;
  #holdUntilMs = Number.NEGATIVE_INFINITY;

  constructor(rules: PoolRules, wallOffsetMs: number) {
    this.#rules = rules;
    this.#wallOffsetMs = wallOffsetMs;
  }

  setRules(rules: PoolRules): void {
    this.#rules = { ...rules, chargeAt: this.#rules.chargeAt };
  }

  hold(untilMs: number): void {
    this.#holdUntilMs = Math.max(this.#holdUntilMs, untilMs);
  }

  charge(nowMs: number, reserved: Amounts): OracleCall {
    const arrival: Counted = {
      atMs: nowMs,
      requests: reserved.requests,
      tokens: 0,
      inputTokens: 0,
      outputTokens: 0,
    };
    for (const field of FIELDS) if (!this.#isAtEnd(field)) arrival[field] = of(reserved, field);
    const call = { reserved, arrival, isOpen: true, end: undefined };
    this.#calls.push(call);
    this.#counted.push(arrival);
    return call;
  }

  settle(nowMs: number, call: OracleCall, actual: Amounts): void {
    call.isOpen = false;
    const late: Counted = { atMs: nowMs, requests: 0, tokens: 0, inputTokens: 0, outputTokens: 0 };
    for (const field of FIELDS) {
      const reserved = of(call.reserved, field);
      const used = this.#rules.refund === "none" ? Math.max(reserved, of(actual, field)) : of(actual, field);
      if (this.#isAtEnd(field)) late[field] = used;
      else {
        call.arrival[field] = Math.min(reserved, used);
        late[field] = Math.max(0, used - reserved);
      }
    }
    this.#counted.push(late);
    call.end = late;
  }

  release(call: OracleCall): void {
    call.isOpen = false;
    Object.assign(call.arrival, { requests: 0, tokens: 0, inputTokens: 0, outputTokens: 0 });
  }

  expire(nowMs: number, call: OracleCall): void {
    this.settle(nowMs, call, call.reserved);
  }

  /** After {@link expire}: what was counted then is corrected as by a settlement, each where it was counted. */
  settleLate(nowMs: number, call: OracleCall, actual: Amounts): void {
    const late: Counted = { atMs: nowMs, requests: 0, tokens: 0, inputTokens: 0, outputTokens: 0 };
    for (const field of FIELDS) {
      const reserved = of(call.reserved, field);
      late[field] = Math.max(0, of(actual, field) - reserved);
      if (this.#rules.refund === "none") continue;
      const counted = this.#isAtEnd(field) ? call.end! : call.arrival;
      counted[field] = Math.min(reserved, of(actual, field));
    }
    this.#counted.push(late);
  }

  /** The same history, in which every open call ends at `nowMs` as it was estimated. */
  withAllEnded(nowMs: number): Oracle {
    const copy = new Oracle(this.#rules, this.#wallOffsetMs);
    copy.#holdUntilMs = this.#holdUntilMs;
    copy.#counted.push(...this.#counted.map((counted) => ({ ...counted })));
    for (const { isOpen, reserved } of this.#calls) {
      if (!isOpen) continue;
      const late: Counted = { atMs: nowMs, requests: 0, tokens: 0, inputTokens: 0, outputTokens: 0 };
      for (const field of FIELDS) if (this.#isAtEnd(field)) late[field] = of(reserved, field);
      copy.#counted.push(late);
    }
    return copy;
  }

  fits(nowMs: number, amounts: Amounts, coarse: 0 | 1): boolean {
    if (nowMs < this.#holdUntilMs) return false;
    for (const limit of this.#rules.limits) if (!this.#hasRoom(limit, nowMs, amounts, coarse)) return false;
    return this.#isSpaced(nowMs, amounts);
  }

  /** The first instant from `nowMs` on at which a call fits if nothing else happens; Infinity when none. */
  earliestMs(nowMs: number, amounts: Amounts, coarse: 0 | 1): number {
    const instants = [nowMs, this.#holdUntilMs];
    for (const { atMs } of this.#counted) {
      instants.push(atMs + this.#spacingWindowMs());
      for (const limit of this.#rules.limits) instants.push(atMs + this.#heldMs(limit, coarse));
    }
    for (const { calendarTimeZone } of this.#rules.limits) {
      if (calendarTimeZone === undefined) continue;
      const first = this.#midnightAfter(nowMs, calendarTimeZone);
      instants.push(first, this.#midnightAfter(first, calendarTimeZone));
    }
    const later = instants.filter((instant) => instant >= nowMs).sort((left, right) => left - right);
    return later.find((instant) => this.fits(instant, amounts, coarse)) ?? Number.POSITIVE_INFINITY;
  }

  #hasRoom(limit: Limit, nowMs: number, amounts: Amounts, coarse: 0 | 1): boolean {
    const cap = this.#cap(limit);
    const open = this.#calls.filter((call) => call.isOpen);
    if (limit.metric === "concurrent") return open.length + 1 <= cap;
    const field = limit.metric === "requests" ? "requests" : fieldOf(limit.metric);
    const asked = field === "requests" ? amounts.requests : of(amounts, field);
    let beside = asked;
    if (field !== "requests" && this.#isAtEnd(field)) {
      for (const call of open) beside += of(call.reserved, field);
    }
    if (limit.calendarTimeZone !== undefined) {
      const zone = limit.calendarTimeZone;
      const isOver = (day: string): boolean => this.#sumOfDay(day, zone, field) + beside > cap;
      return ![...this.#daysOf(nowMs, zone)].some(isOver);
    }
    const sinceMs = this.#heldMs(limit, coarse);
    let sum = beside;
    for (const counted of this.#counted) if (counted.atMs + sinceMs > nowMs) sum += counted[field];
    return sum <= cap;
  }

  #isSpaced(nowMs: number, amounts: Amounts): boolean {
    const { spacing } = this.#rules;
    const windowMs = this.#spacingWindowMs();
    if (spacing === "none" || windowMs === 0) return true;
    let recent = amounts.requests;
    for (const counted of this.#counted) if (counted.atMs + windowMs > nowMs) recent += counted.requests;
    return recent <= this.#burst();
  }

  /** A burst is never more than what the longest window takes that spacing is made for. */
  #burst(): number {
    const { spacing } = this.#rules;
    if (typeof spacing === "string") return 1;
    if (this.#gapMs() === 0) return 1;
    const longestMs = Math.max(0, ...this.#spaced().map(({ windowMs }) => windowMs));
    return Math.max(1, Math.min(spacing.burst, Math.floor(longestMs / this.#gapMs() + 1e-9)));
  }

  #spacingWindowMs(): number {
    return this.#rules.spacing === "none" ? 0 : this.#gapMs() * this.#burst();
  }

  #gapMs(): number {
    return Math.max(0, ...this.#spaced().map(({ windowMs, amount }) => windowMs / amount));
  }

  #spaced(): Limit[] {
    return this.#rules.limits.filter(({ metric, windowMs }) => metric === "requests" && windowMs <= 60_000);
  }

  #heldMs(limit: Limit, coarse: 0 | 1): number {
    const isInBuckets = limit.windowMs > LONG_WINDOW_MS && coarse === 1;
    return limit.windowMs + this.#rules.guardMs + (isInBuckets ? limit.windowMs / 1440 : 0);
  }

  #cap(limit: Limit): number {
    const isTokens = limit.metric !== "requests" && limit.metric !== "concurrent";
    const part = isTokens ? Math.ceil((limit.amount * this.#rules.tokenMarginPercent) / 100) : 0;
    return Math.max(1, limit.amount - this.#rules.safetyMargin - part);
  }

  #isAtEnd(field: Field): boolean {
    const { chargeAt } = this.#rules;
    return chargeAt === "end" || (chargeAt === "split" && field !== "inputTokens");
  }

  #sumOfDay(day: string, zone: string, field: Field | "requests"): number {
    let sum = 0;
    for (const counted of this.#counted) if (this.#daysOf(counted.atMs, zone).has(day)) sum += counted[field];
    return sum;
  }

  /** The day of an instant, and the next when the call may arrive in that. */
  #daysOf(atMs: number, zone: string): Set<string> {
    const wallMs = atMs + this.#wallOffsetMs;
    return new Set([dateIn(zone, wallMs), dateIn(zone, wallMs + this.#rules.guardMs)]);
  }

  /** Tries every quarter of an hour: no zone changes its day at any other time. */
  #midnightAfter(atMs: number, zone: string): number {
    const quarterMs = 900_000;
    const wallMs = atMs + this.#wallOffsetMs;
    const today = dateIn(zone, wallMs);
    let candidate = Math.floor(wallMs / quarterMs) * quarterMs;
    while (candidate <= wallMs || dateIn(zone, candidate) === today) candidate += quarterMs;
    return candidate - this.#wallOffsetMs;
  }
}

function fieldOf(metric: "tokens" | "input_tokens" | "output_tokens"): Field {
  if (metric === "tokens") return "tokens";
  return metric === "input_tokens" ? "inputTokens" : "outputTokens";
}

function of(amounts: Amounts, field: Field): number {
  return field === "tokens" ? amounts.totalTokens : amounts[field];
}

const dates = new Map<string, string>();
const formats = new Map<string, Intl.DateTimeFormat>();

function dateIn(zone: string, wallMs: number): string {
  const key = `${zone} ${Math.floor(wallMs / 1000)}`;
  let date = dates.get(key);
  if (date === undefined) {
    const format = formats.get(zone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
    formats.set(zone, format);
    date = format.format(wallMs);
    dates.set(key, date);
  }
  return date;
}
