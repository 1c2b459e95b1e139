/** How fast the usual value follows the latest ones. */
const STEP = 0.05;

/** What something usually is: the mean of the first values, then a mean in which older ones fade. */
export class UsualValue {
  #mean = 0;
  #count = 0;

  /** Undefined before the first. */
  get value(): number | undefined {
    return this.#count === 0 ? undefined : this.#mean;
  }

  learn(value: number): void {
    this.#count++;
    this.#mean += (value - this.#mean) * Math.max(STEP, 1 / this.#count);
  }
}
