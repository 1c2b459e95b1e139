/** What an auditor found in one window length. */
export interface Audit {
  /** The largest sum of any window that begins at an arrival. */
  readonly largest: number;
  /** Windows whose sum is above the amount. */
  readonly broken: number;
  readonly arrivals: number;
}

/**
 * Knows only what a provider saw, when and of what cost, and adds up the half-open window that begins at each
 * arrival. Shares no code with the engine.
 */
export class Auditor {
  readonly #atMs: number[] = [];
  readonly #costs: number[] = [];

  note(atMs: number, cost: number): void {
    this.#atMs.push(atMs);
    this.#costs.push(cost);
  }

  check(windowMs: number, amount: number): Audit {
    const order = this.#atMs.map((_, index) => index).sort((a, b) => this.#atMs[a]! - this.#atMs[b]!);
    let largest = 0;
    let broken = 0;
    let sum = 0;
    let past = 0;
    for (let first = 0; first < order.length; first++) {
      const endMs = this.#atMs[order[first]!]! + windowMs;
      for (; past < order.length && this.#atMs[order[past]!]! < endMs; past++)
        sum += this.#costs[order[past]!]!;
      if (sum > largest) largest = sum;
      if (sum > amount) broken++;
      sum -= this.#costs[order[first]!]!;
    }
    return { largest, broken, arrivals: order.length };
  }
}
