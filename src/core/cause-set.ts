import type { WaitCause } from "./limit.ts";

/** Those that usually last longest first; the place of each is its bit. */
const CAUSES: readonly WaitCause[] = [
  "daily_window",
  "provider_hold",
  "tokens_window",
  "requests_window",
  "concurrency",
  "spacing",
  "queue",
];

/** Several causes, each once, as the bits of a number: everyone who waits has some, and so they take no memory. */
export type CauseSet = number;

/** No cause at all. */
export const NO_CAUSES: CauseSet = 0;

/** The set of one cause; sets are joined by `|`. */
export const CAUSE: Readonly<Record<WaitCause, CauseSet>> = Object.fromEntries(
  CAUSES.map((cause, bit) => [cause, 1 << bit]),
) as Record<WaitCause, CauseSet>;

const LISTS = Array.from({ length: 1 << CAUSES.length }, (_, set) =>
  CAUSES.filter((cause) => set & CAUSE[cause]),
);

/** The causes of a set, those that usually last longest first. */
export function causesIn(set: CauseSet): readonly WaitCause[] {
  return LISTS[set]!;
}
