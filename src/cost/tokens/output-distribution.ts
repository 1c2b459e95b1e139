import { LogHistogram, type LogHistogramSnapshot } from "./log-histogram.ts";

/** Settled calls after which a distribution is trusted on its own. */
const TRUSTED_AFTER = 20;
const RESERVED_SHARE = 0.95;

/** How many output tokens calls needed: from 1 to 2²⁰, each bin 9 % wide. Constant time and memory. */
export class OutputDistribution {
  readonly #tokens = new LogHistogram({ lowest: 1, highest: 2 ** 20, binsPerOctave: 8, fadeAt: 512 });

  /** Whether enough calls were seen to reserve by them alone. */
  get isTrusted(): boolean {
    return this.#tokens.weight >= TRUSTED_AFTER;
  }

  observe(outputTokens: number): void {
    this.#tokens.add(outputTokens);
  }

  /** Tokens that 95 of 100 calls do not exceed, rounded up by less than a bin. Undefined while nothing was seen. */
  usual(): number | undefined {
    return roundUp(this.#tokens.quantile(RESERVED_SHARE));
  }

  /** The most that was needed lately. Undefined while nothing was seen. */
  most(): number | undefined {
    return roundUp(this.#tokens.highest());
  }

  snapshot(): LogHistogramSnapshot {
    return this.#tokens.snapshot();
  }

  restore(snapshot: LogHistogramSnapshot): void {
    this.#tokens.restore(snapshot);
  }
}

function roundUp(tokens: number | undefined): number | undefined {
  return tokens === undefined ? undefined : Math.ceil(tokens - 1e-9);
}
