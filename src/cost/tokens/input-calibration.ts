import { LogHistogram, type LogHistogramSnapshot } from "./log-histogram.ts";
import type { ModelFamily } from "./model-family.ts";

/** What was counted of a request, before any correction. */
export interface CountedInput {
  /** Text and what is around it. At least 1. */
  readonly textTokens: number;
  readonly imageTokens: number;
}

/** For storage. */
export interface InputCalibrationSnapshot {
  readonly sums: readonly number[];
  readonly imageFactor: number;
  readonly excess: LogHistogramSnapshot;
}

/** How fast the past fades: the last hundred calls carry about two thirds of the weight. */
const MEMORY = 0.99;
/** Strength of the starting ratio, in calls. One settled call outweighs it by far. */
const PRIOR_WEIGHT = 0.02;
/** Holds the overhead near 0 until calls of different sizes tell it apart from the ratio: 20 tokens at 3 % noise. */
const OVERHEAD_STIFFNESS = 2.25e-6;
const IMAGE_LEARNING_RATE = 0.2;
/** A call this many times off moves what is learned no more than that, once enough is known. */
const OUTLIER_FACTOR = 4;
/** Settled calls after which the observed spread replaces the starting margin. */
const TRUSTED_AFTER = 20;
const RESERVED_SHARE = 0.99;

/**
 * Learns how one model counts input: actual = ratio × counted + overhead, by least squares on the relative error with
 * exponentially fading weights (with calls of one size only, this is the moving average of actual over counted). The
 * overhead is what a chat template adds to every call, and would spoil the ratio of short prompts. Beside it a
 * histogram of actual over estimated tells how much to reserve. Constant time and memory.
 */
export class InputCalibration {
  readonly #family: ModelFamily;
  /** Weight, Σ 1/x, Σ 1/x², Σ y/x, Σ y/x² of counted x and actual y. */
  #sums = [0, 0, 0, 0, 0];
  #ratio: number;
  #overheadTokens = 0;
  #imageFactor = 1;
  /** Actual over estimated, from 1/16 to 16, each bin 2.2 % wide. */
  readonly #excess = new LogHistogram({ lowest: 1 / 16, highest: 16, binsPerOctave: 32, fadeAt: 1024 });

  constructor(family: ModelFamily) {
    this.#family = family;
    this.#ratio = family.startingRatio;
  }

  /** Actual over counted input as learned, for a prompt of this size. Undefined while nothing is learned. */
  ratioFor(counted: CountedInput): number | undefined {
    if (this.#sums[0] === 0) return undefined;
    return this.estimate(counted) / (counted.textTokens + counted.imageTokens);
  }

  /** The most likely number of input tokens. */
  estimate(counted: CountedInput): number {
    return this.#text(counted.textTokens) + this.#imageFactor * counted.imageTokens;
  }

  /** By how much more than the estimate nearly all calls are covered: a factor of at least 1. */
  margin(): number {
    const observed = this.#excess.quantile(RESERVED_SHARE) ?? 1;
    if (this.#excess.weight >= TRUSTED_AFTER) return Math.max(1, observed);
    return Math.max(this.#family.startingMargin, this.#excess.highest() ?? 1);
  }

  /** Learns from a settled call. `actualTokens` is above 0, by the provider's own count. */
  observe(counted: CountedInput, actualTokens: number): void {
    const estimate = this.estimate(counted);
    this.#excess.add(actualTokens / estimate);
    const isTrusted = (this.#sums[0] ?? 0) >= TRUSTED_AFTER * MEMORY ** TRUSTED_AFTER;
    const bounded = isTrusted
      ? Math.min(estimate * OUTLIER_FACTOR, Math.max(estimate / OUTLIER_FACTOR, actualTokens))
      : actualTokens;
    const imageTokens = this.#imageFactor * counted.imageTokens;
    if (imageTokens <= this.#text(counted.textTokens)) {
      this.#learnText(counted.textTokens, Math.max(1, bounded - imageTokens));
    } else {
      const factor = Math.max(0.05, (bounded - this.#text(counted.textTokens)) / counted.imageTokens);
      this.#imageFactor += IMAGE_LEARNING_RATE * (factor - this.#imageFactor);
    }
  }

  snapshot(): InputCalibrationSnapshot {
    return { sums: [...this.#sums], imageFactor: this.#imageFactor, excess: this.#excess.snapshot() };
  }

  restore(snapshot: InputCalibrationSnapshot): void {
    this.#sums = [...snapshot.sums];
    this.#imageFactor = snapshot.imageFactor;
    this.#excess.restore(snapshot.excess);
    this.#solve();
  }

  #text(tokens: number): number {
    return Math.max(tokens / 4, this.#ratio * tokens + this.#overheadTokens);
  }

  #learnText(counted: number, actual: number): void {
    const inverse = 1 / counted;
    const ratio = actual / counted;
    const news = [1, inverse, inverse * inverse, ratio, ratio * inverse];
    this.#sums = this.#sums.map((sum, index) => sum * MEMORY + news[index]!);
    this.#solve();
  }

  /** Ratio a and overhead b that minimise Σ (y/x − a − b/x)², with the prior knowledge as further terms. */
  #solve(): void {
    const [weight = 0, inverses = 0, squares = 0, ratios = 0, products = 0] = this.#sums;
    const first = weight + PRIOR_WEIGHT;
    const second = squares + OVERHEAD_STIFFNESS;
    const right = ratios + PRIOR_WEIGHT * this.#family.startingRatio;
    const determinant = first * second - inverses * inverses;
    this.#ratio = (right * second - inverses * products) / determinant;
    this.#overheadTokens = (first * products - inverses * right) / determinant;
  }
}
