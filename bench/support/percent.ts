/** A part as a whole percentage. */
export function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}
