const MAX_SAMPLES = 64;

interface Sample {
  readonly atMs: number;
  readonly latencyMs: number;
}

/**
 * The latencies of one deployment's newest calls, 64 at most, in the order of the calls and in the order of size: every
 * request asks for a quantile, and so it must not have to sort.
 */
export class LatencyWindow {
  /** The oldest first. */
  readonly #samples: Sample[] = [];
  /** The latencies of the same calls, the least first. */
  readonly #sorted: number[] = [];

  /** Notes a latency that was measured at `atMs` of the monotonic clock, at or after those noted before. */
  note(atMs: number, latencyMs: number): void {
    if (this.#samples.length === MAX_SAMPLES) this.#forgetOldest();
    this.#samples.push({ atMs, latencyMs });
    this.#sorted.splice(this.#placeOf(latencyMs), 0, latencyMs);
  }

  /**
   * The latency that `part` (0 to 1) of the calls since `sinceMs` did not exceed, so that 0.9 is what nine of ten were
   * done in. Undefined: there were none. Those before `sinceMs` are forgotten.
   */
  quantile(sinceMs: number, part: number): number | undefined {
    this.#forgetBefore(sinceMs);
    return this.#sorted[Math.max(0, Math.ceil(this.#sorted.length * part) - 1)];
  }

  /** How many calls there were since `sinceMs`, 64 at most. Those before are forgotten. */
  countSince(sinceMs: number): number {
    this.#forgetBefore(sinceMs);
    return this.#samples.length;
  }

  #forgetBefore(sinceMs: number): void {
    while (this.#samples.length > 0 && this.#samples[0]!.atMs < sinceMs) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const { latencyMs } = this.#samples.shift()!;
    this.#sorted.splice(this.#placeOf(latencyMs), 1);
  }

  /** Where the first latency stands that is not below this one. */
  #placeOf(latencyMs: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < latencyMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
