import type { ManualClock } from "../../../src/core/manual-clock.ts";

const STEP_MS = 20;

/** Lets a manual clock run, faster than time, while real sockets do their work; the answer stops it. */
export function hasten(clock: ManualClock): () => void {
  const timer = setInterval(() => clock.advance(STEP_MS), 1);
  return () => clearInterval(timer);
}
