/** How values are spread over ranges. */
export class Distribution {
  /** The upper bound of each range, ascending; a value that is equal to one lies below it. */
  readonly bounds: readonly number[];
  /** Values in each range; the last are those above all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array(bounds.length + 1).fill(0);
  }

  note(value: number): void {
    const { bounds, counts } = this;
    let range = 0;
    while (range < bounds.length && value > bounds[range]!) range++;
    counts[range]!++;
    this.sum += value;
  }
}
