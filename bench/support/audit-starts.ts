/** The largest number of starts in any window of `windowMs`; `startsMs` in order. */
export function largestWindow(startsMs: Float64Array, windowMs: number): number {
  let first = 0;
  let largest = 0;
  for (let last = 0; last < startsMs.length; last++) {
    while (startsMs[first]! <= startsMs[last]! - windowMs) first++;
    largest = Math.max(largest, last - first + 1);
  }
  return largest;
}
