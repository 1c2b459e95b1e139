const NANO = 1_000_000_000n;

/** An amount of nano-dollars as dollars for people, with all digits that it has and at least two: `$0.02`, `$0.000015`. */
export function formatUsd(nanoUsd: bigint): string {
  const size = nanoUsd < 0n ? -nanoUsd : nanoUsd;
  const fraction = String(size % NANO)
    .padStart(9, "0")
    .replace(/0{1,7}$/, "");
  return `${nanoUsd < 0n ? "-" : ""}$${size / NANO}.${fraction}`;
}
