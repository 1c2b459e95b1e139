/** The part of a {@link LogHistogram} that is not empty, for storage: numbers of bins and their weights in turn. */
export type LogHistogramSnapshot = readonly number[];

/**
 * Quantiles of a stream in constant memory and time: bins whose edges grow by a constant factor, so that any quantile
 * is known within that factor (the idea of DDSketch: Masson, Rim, Lee, VLDB 2019). Weights are halved whenever they
 * reach a limit, so that what was long ago fades.
 */
export class LogHistogram {
  readonly #lowest: number;
  readonly #binsPerOctave: number;
  readonly #fadeAt: number;
  readonly #bins: Float32Array;
  #weight = 0;

  /** Values from `lowest` to `highest`; those outside count as the nearest. `fadeAt`: the weight that halves all. */
  constructor(options: { lowest: number; highest: number; binsPerOctave: number; fadeAt: number }) {
    this.#lowest = options.lowest;
    this.#binsPerOctave = options.binsPerOctave;
    this.#fadeAt = options.fadeAt;
    const octaves = Math.log2(options.highest / options.lowest);
    this.#bins = new Float32Array(Math.ceil(octaves * options.binsPerOctave - 1e-9) + 1);
  }

  /** How many values it holds, faded ones less than whole. */
  get weight(): number {
    return this.#weight;
  }

  add(value: number): void {
    const bin = Math.ceil(Math.log2(value / this.#lowest) * this.#binsPerOctave - 1e-9);
    this.#bins[Math.min(this.#bins.length - 1, Math.max(0, bin || 0))]! += 1;
    this.#weight += 1;
    if (this.#weight >= this.#fadeAt) this.#fade();
  }

  /**
   * The upper edge of the bin that holds the quantile: never below the value itself, and above it by less than a bin.
   * Undefined while empty.
   */
  quantile(share: number): number | undefined {
    if (this.#weight <= 0) return undefined;
    let above = this.#weight * (1 - share) + 1e-6;
    let bin = this.#bins.length - 1;
    for (; bin > 0; bin--) {
      above -= this.#bins[bin]!;
      if (above < 0) break;
    }
    return this.#lowest * 2 ** (bin / this.#binsPerOctave);
  }

  /** The upper edge of the highest bin in use. Undefined while empty. */
  highest(): number | undefined {
    return this.quantile(1);
  }

  snapshot(): LogHistogramSnapshot {
    const entries: number[] = [];
    for (const [bin, weight] of this.#bins.entries()) if (weight > 0) entries.push(bin, weight);
    return entries;
  }

  /** Takes the place of what it holds. Bins that it does not have are left out. */
  restore(snapshot: LogHistogramSnapshot): void {
    this.#bins.fill(0);
    this.#weight = 0;
    for (let index = 0; index + 1 < snapshot.length; index += 2) {
      const bin = snapshot[index]!;
      if (bin < this.#bins.length) this.#bins[bin] = snapshot[index + 1]!;
    }
    for (const weight of this.#bins) this.#weight += weight;
  }

  #fade(): void {
    this.#weight = 0;
    for (let bin = 0; bin < this.#bins.length; bin++) {
      const half = this.#bins[bin]! / 2;
      this.#bins[bin] = half < 1 / 64 ? 0 : half;
      this.#weight += this.#bins[bin]!;
    }
  }
}
