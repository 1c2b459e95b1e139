const CELL_MS = 1_000;
/** Ten minutes: longer than a call lasts before its answer's headers are of no use. */
const CELLS = 600;

/**
 * The highest sum that a limit held since some recent instant. A provider states what was used at a moment between a
 * call's start and its answer; the most that can have been ours then is the highest sum of that time, since by the
 * answer some of it may have left the window.
 */
export class RecentPeak {
  readonly #peaks = new Float64Array(CELLS);
  readonly #firstCell: number;
  #cell: number;
  #sum: number;

  constructor(nowMs: number, sum: number) {
    this.#firstCell = Math.floor(nowMs / CELL_MS);
    this.#cell = this.#firstCell;
    this.#sum = sum;
    this.#peaks[slotOf(this.#cell)] = sum;
  }

  /** Notes the sum after something was charged at `nowMs`. */
  note(nowMs: number, sum: number): void {
    const cell = Math.floor(nowMs / CELL_MS);
    if (cell > this.#cell) {
      const from = Math.max(this.#cell + 1, cell - CELLS + 1);
      for (let between = from; between < cell; between++) this.#peaks[slotOf(between)] = this.#sum;
      this.#peaks[slotOf(cell)] = sum;
      this.#cell = cell;
    } else if (sum > this.#peaks[slotOf(cell)]!) this.#peaks[slotOf(cell)] = sum;
    this.#sum = sum;
  }

  /** The highest sum from `sinceMs` until the last note; undefined when that is longer ago than what is known. */
  since(sinceMs: number): number | undefined {
    const from = Math.floor(sinceMs / CELL_MS);
    if (from < this.#firstCell || from <= this.#cell - CELLS) return undefined;
    let peak = 0;
    for (let cell = from; cell <= this.#cell; cell++) peak = Math.max(peak, this.#peaks[slotOf(cell)]!);
    return peak;
  }
}

function slotOf(cell: number): number {
  return ((cell % CELLS) + CELLS) % CELLS;
}
