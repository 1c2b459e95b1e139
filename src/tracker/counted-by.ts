import type { LongLimit } from "./long-limit.ts";
import { RollingLimit } from "./rolling-limit.ts";

/** All that counts against a limit now: events, use by others, and by column what open calls hold beside the events. */
export function countedBy(counter: RollingLimit | LongLimit, heldOpen: ArrayLike<number>): number {
  const own = counter instanceof RollingLimit ? counter.sum : counter.used;
  return own + counter.foreign + heldOpen[counter.column]!;
}
