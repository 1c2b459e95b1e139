import type { Random } from "../core/random.ts";
import type { TokenSize } from "./workload/workload.ts";

/** The time to the next event of a Poisson process with `ratePerMs` events a millisecond on average. */
export function drawGapMs(random: Random, ratePerMs: number): number {
  return -Math.log(1 - random.next()) / ratePerMs;
}

/** A number of tokens, whole and at least 1. Always takes two numbers from `random`, whatever the spread. */
export function drawTokens(random: Random, { median, spread }: TokenSize): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  const normal = radius * Math.cos(2 * Math.PI * random.next());
  return Math.max(1, Math.round(median * spread ** normal));
}

/** One of `items`, each as often as its share says. At least one share must be above 0. */
export function drawByShare<Item extends { readonly share: number }>(
  random: Random,
  items: readonly Item[],
): Item {
  let rest = random.next() * items.reduce((sum, { share }) => sum + share, 0);
  for (const item of items) {
    if (rest < item.share) return item;
    rest -= item.share;
  }
  return items.findLast(({ share }) => share > 0)!;
}
