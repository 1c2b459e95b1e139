/** What a provider answers: whether it took the call, and its rate-limit headers as OpenAI writes them. */
export interface StatedAnswer {
  readonly accepted: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a provider counts its minute. */
export type Counting = "sliding" | "bucket";

/**
 * An account at a provider that states with each answer what is left. Calls of others and of ours arrive alike. Shares
 * no code with the engine. Times handed in must not fall.
 */
export class StatingProvider {
  readonly #meters: readonly { readonly name: "requests" | "tokens"; readonly meter: Meter }[];

  constructor(counting: Counting, limits: { readonly requests: number; readonly tokens: number }) {
    const make = (amount: number): Meter =>
      counting === "sliding" ? new SlidingMeter(amount) : new BucketMeter(amount);
    this.#meters = [
      { name: "requests", meter: make(limits.requests) },
      { name: "tokens", meter: make(limits.tokens) },
    ];
  }

  arrive(atMs: number, tokens: number): StatedAnswer {
    const costs = { requests: 1, tokens };
    const accepted = this.#meters.every(({ name, meter }) => costs[name] <= meter.left(atMs));
    const headers: Record<string, string> = {};
    for (const { name, meter } of this.#meters) {
      if (accepted) meter.take(atMs, costs[name]);
      headers[`x-ratelimit-limit-${name}`] = String(meter.amount);
      headers[`x-ratelimit-remaining-${name}`] = String(Math.floor(meter.left(atMs)));
      headers[`x-ratelimit-reset-${name}`] = `${Math.ceil(meter.resetMs(atMs))}ms`;
    }
    return { accepted, headers };
  }
}

const WINDOW_MS = 60_000;

interface Meter {
  readonly amount: number;
  left(atMs: number): number;
  take(atMs: number, cost: number): void;
  /** Time until nothing is used any more. */
  resetMs(atMs: number): number;
}

class SlidingMeter implements Meter {
  readonly amount: number;
  #taken: { readonly atMs: number; readonly cost: number }[] = [];

  constructor(amount: number) {
    this.amount = amount;
  }

  left(atMs: number): number {
    this.#taken = this.#taken.filter((one) => one.atMs > atMs - WINDOW_MS);
    return this.amount - this.#taken.reduce((sum, { cost }) => sum + cost, 0);
  }

  take(atMs: number, cost: number): void {
    this.#taken.push({ atMs, cost });
  }

  resetMs(atMs: number): number {
    const newest = this.#taken.at(-1);
    return newest === undefined ? 0 : newest.atMs + WINDOW_MS - atMs;
  }
}

class BucketMeter implements Meter {
  readonly amount: number;
  #left: number;
  #filledMs = 0;

  constructor(amount: number) {
    this.amount = amount;
    this.#left = amount;
  }

  left(atMs: number): number {
    this.#left = Math.min(this.amount, this.#left + ((atMs - this.#filledMs) * this.amount) / WINDOW_MS);
    this.#filledMs = atMs;
    return this.#left;
  }

  take(_atMs: number, cost: number): void {
    this.#left -= cost;
  }

  resetMs(atMs: number): number {
    return ((this.amount - this.left(atMs)) * WINDOW_MS) / this.amount;
  }
}
