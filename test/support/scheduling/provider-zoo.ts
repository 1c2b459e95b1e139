import type { Random } from "../../../src/core/random.ts";

/** What a provider counts of a call. Its own words: shares nothing with the engine. */
export interface ProviderCall {
  readonly inputTokens: number;
  /** What the call may write at most, and what it does write. */
  readonly reservedOutputTokens: number;
  readonly usedOutputTokens: number;
}

export interface ProviderLimit {
  readonly counts: "requests" | "tokens" | "input" | "output";
  readonly windowMs: number;
  readonly amount: number;
}

/** A provider that counts on its own clock and says 429. Times handed in must not fall. */
export interface FakeProvider {
  /** Whether the call is accepted. */
  arrive(atMs: number, call: ProviderCall): boolean;
  /** Whether the call ends within all limits; a provider that counts at the end may find only then that it does not. */
  finish(atMs: number, call: ProviderCall): boolean;
}

/** When a provider counts, and whether it gives back what a call did not write. */
export interface Counting {
  readonly at: "start" | "end" | "split";
  readonly refunds: boolean;
}

/** Times are sums of fractions: what is nearer than a tenth of a nanosecond is the same instant. */
const SAME_MS = 1e-7;

interface Entry {
  readonly atMs: number;
  amount: number;
}

/** One way to keep one limit. */
interface Meter {
  add(atMs: number, entry: Entry): void;
  refund(atMs: number, entry: Entry, amount: number): void;
  fits(atMs: number, amount: number): boolean;
}

/** Counts what arrived in the last window, to the instant. */
class SlidingMeter implements Meter {
  readonly #limit: ProviderLimit;
  #entries: Entry[] = [];
  #head = 0;
  #sum = 0;

  constructor(limit: ProviderLimit) {
    this.#limit = limit;
  }

  add(_atMs: number, entry: Entry): void {
    this.#entries.push(entry);
    this.#sum += entry.amount;
  }

  refund(atMs: number, entry: Entry, amount: number): void {
    if (entry.atMs > atMs - this.#limit.windowMs) this.#sum -= amount;
    entry.amount -= amount;
  }

  fits(atMs: number, amount: number): boolean {
    while (this.#head < this.#entries.length) {
      const oldest = this.#entries[this.#head]!;
      if (oldest.atMs > atMs - this.#limit.windowMs + SAME_MS) break;
      this.#sum -= oldest.amount;
      this.#head++;
    }
    if (this.#head > 10_000) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return this.#sum + amount <= this.#limit.amount;
  }
}

/** Begins anew every window, at a phase that nobody knows. */
class FixedMeter implements Meter {
  readonly #limit: ProviderLimit;
  readonly #phaseMs: number;
  #window = Number.NaN;
  #sum = 0;

  constructor(limit: ProviderLimit, random: Random) {
    this.#limit = limit;
    this.#phaseMs = random.next() * limit.windowMs;
  }

  add(atMs: number, entry: Entry): void {
    this.#turn(atMs);
    this.#sum += entry.amount;
  }

  refund(atMs: number, entry: Entry, amount: number): void {
    this.#turn(atMs);
    if (this.#windowOf(entry.atMs) === this.#window) this.#sum -= amount;
  }

  fits(atMs: number, amount: number): boolean {
    this.#turn(atMs);
    return this.#sum + amount <= this.#limit.amount;
  }

  #turn(atMs: number): void {
    const window = this.#windowOf(atMs);
    if (window !== this.#window) this.#sum = 0;
    this.#window = window;
  }

  #windowOf(atMs: number): number {
    return Math.floor((atMs + this.#phaseMs) / this.#limit.windowMs);
  }
}

/** Fills at amount / window, and never beyond the amount. */
class BucketMeter implements Meter {
  readonly #limit: ProviderLimit;
  #level: number;
  #filledMs = 0;

  constructor(limit: ProviderLimit) {
    this.#limit = limit;
    this.#level = limit.amount;
  }

  add(atMs: number, entry: Entry): void {
    this.#fill(atMs);
    this.#level -= entry.amount;
  }

  refund(atMs: number, _entry: Entry, amount: number): void {
    this.#fill(atMs);
    this.#level = Math.min(this.#limit.amount, this.#level + amount);
  }

  fits(atMs: number, amount: number): boolean {
    this.#fill(atMs);
    return this.#level - amount >= -1e-6;
  }

  #fill(atMs: number): void {
    const { amount, windowMs } = this.#limit;
    this.#level = Math.min(amount, this.#level + ((atMs - this.#filledMs) * amount) / windowMs);
    this.#filledMs = atMs;
  }
}

export type MeterKind = "sliding" | "fixed" | "bucket";

/** A provider with limits of one kind. */
export function makeProvider(
  kind: MeterKind,
  limits: readonly ProviderLimit[],
  counting: Counting,
  random: Random,
): FakeProvider {
  const makeMeter = (limit: ProviderLimit): Meter => {
    if (kind === "sliding") return new SlidingMeter(limit);
    return kind === "fixed" ? new FixedMeter(limit, random) : new BucketMeter(limit);
  };
  const meters = limits.map((limit) => ({
    limit,
    meter: makeMeter(limit),
    entries: new Map<ProviderCall, Entry>(),
  }));
  return {
    arrive(atMs, call) {
      const accepts = meters.every(({ limit, meter }) => meter.fits(atMs, atStart(limit, call, counting)));
      if (!accepts) return false;
      for (const { limit, meter, entries } of meters) {
        const entry = { atMs, amount: atStart(limit, call, counting) };
        entries.set(call, entry);
        meter.add(atMs, entry);
      }
      return true;
    },
    finish(atMs, call) {
      let isWithin = true;
      for (const { limit, meter, entries } of meters) {
        const entry = entries.get(call)!;
        entries.delete(call);
        const late = atEnd(limit, call, counting);
        if (!meter.fits(atMs, late)) isWithin = false;
        if (late > 0) meter.add(atMs, { atMs, amount: late });
        const unused = entry.amount - used(limit, call);
        if (counting.refunds && late === 0 && unused > 0) meter.refund(atMs, entry, unused);
      }
      return isWithin;
    },
  };
}

function atStart({ counts }: ProviderLimit, call: ProviderCall, { at }: Counting): number {
  if (counts === "requests") return 1;
  if (at === "end") return 0;
  if (counts === "input") return call.inputTokens;
  if (at === "split") return counts === "tokens" ? call.inputTokens : 0;
  return call.reservedOutputTokens + (counts === "tokens" ? call.inputTokens : 0);
}

function atEnd({ counts }: ProviderLimit, call: ProviderCall, { at }: Counting): number {
  if (counts === "requests" || at === "start") return 0;
  if (counts === "output") return call.usedOutputTokens;
  if (counts === "tokens") return call.usedOutputTokens + (at === "end" ? call.inputTokens : 0);
  return at === "end" ? call.inputTokens : 0;
}

function used({ counts }: ProviderLimit, call: ProviderCall): number {
  if (counts === "requests") return 1;
  if (counts === "input") return call.inputTokens;
  return call.usedOutputTokens + (counts === "tokens" ? call.inputTokens : 0);
}
