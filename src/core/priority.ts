/** Who goes first when several wait, the first of them first. */
export type Priority = "high" | "normal" | "low" | "batch";

/** All priorities, the most urgent first: the index is the level in the queue. */
export const PRIORITIES: readonly Priority[] = ["high", "normal", "low", "batch"];

/** The level of a priority in the queue, from 0 for the most urgent. */
export function levelOf(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}
