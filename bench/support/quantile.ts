/** The value below which the part `share` of the values lies. Sorts them. */
export function quantile(values: Float64Array, share: number): number {
  values.sort();
  return values[Math.min(values.length - 1, Math.floor(values.length * share))]!;
}
