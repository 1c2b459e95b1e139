/** A duration for people: `250 ms`, `3.2 s`, `4 min`. Milliseconds, 0 or more. */
export function formatMs(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.ceil(milliseconds)} ms`;
  if (milliseconds < 120_000) return `${Number((milliseconds / 1_000).toFixed(1))} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}

/** A whole number for people: `12,000`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Money for people: `$0.0012`. Amounts are exact to the nano-dollar; trailing zeros are left out. */
export function formatNanoUsd(nanoUsd: bigint): string {
  const fraction = (nanoUsd % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
  return `$${nanoUsd / 1_000_000_000n}${fraction === "" ? "" : `.${fraction}`}`;
}
