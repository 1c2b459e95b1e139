/** Maps values to places on an axis, with round numbers to write beside it. */
export interface Scale {
  /** The place of a value, in pixels. */
  place(value: number): number;
  /** Round values from 0 to the end of the axis. */
  readonly ticks: readonly number[];
}

/** An axis from 0 to at least `largest`, from the pixel `from` to the pixel `to`, with about `tickCount` ticks. */
export function linearScale(options: {
  readonly largest: number;
  readonly from: number;
  readonly to: number;
  readonly tickCount: number;
  /** Whether the axis ends at `largest` itself and not at the next round number. */
  readonly isExact?: boolean;
}): Scale {
  const { from, to, tickCount, isExact = false } = options;
  const largest = options.largest > 0 ? options.largest : 1;
  const step = roundStep(largest / tickCount);
  // A little less, so that a largest value on a tick does not ask for one more.
  const count = isExact ? Math.floor(largest / step + 1e-9) : Math.ceil(largest / step - 1e-9);
  const end = isExact ? largest : count * step;
  return {
    place: (value) => from + ((to - from) * value) / end,
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
  };
}

/** The least of 1, 2, 5, 10, 20, 50 … that is no less than `least`; also below 1. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
