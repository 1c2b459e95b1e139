/** How fast the usual value follows the latest ones. */
const STEP = 0.05;

/** What something usually is: the mean of the first values, then a mean in which older ones fade. */
export class UsualValue {
  /** Undefined before the first. */
  value: number | undefined;
  #count = 0;

  learn(value: number): void {
    this.#count++;
    const usual = this.value ?? value;
    this.value = usual + (value - usual) * Math.max(STEP, 1 / this.#count);
  }
}
