const SLICES = 10;

/** Calls that ended in one slice of the window. */
interface Slice {
  /** Number of the slice since the clock's origin. */
  readonly number: number;
  readonly calls: number;
  readonly failures: number;
}

/** How calls ended lately, the oldest slice first; empty: none. Never changed: noting makes a new one. */
export type FailureWindow = readonly Slice[];

/** Calls and failures of the window together. */
export interface WindowTotals {
  readonly calls: number;
  readonly failures: number;
}

/** Notes the end of a call. Slices are a tenth of the window, so a call is forgotten up to a tenth early. */
export function noteCall(
  window: FailureWindow,
  call: { readonly nowMs: number; readonly windowMs: number; readonly failed: boolean },
): FailureWindow {
  const number = Math.floor((call.nowMs * SLICES) / call.windowMs);
  const kept = window.filter((slice) => slice.number > number - SLICES);
  const newest = kept.at(-1);
  const open = newest?.number === number ? newest : { number, calls: 0, failures: 0 };
  const older = open === newest ? kept.slice(0, -1) : kept;
  return [...older, { number, calls: open.calls + 1, failures: open.failures + Number(call.failed) }];
}

/** What the window holds as of the newest call noted. */
export function totalsOf(window: FailureWindow): WindowTotals {
  return window.reduce(
    (sum, { calls, failures }) => ({ calls: sum.calls + calls, failures: sum.failures + failures }),
    { calls: 0, failures: 0 },
  );
}
