import type { ManualClock } from "../../../src/core/manual-clock.ts";

/** Moves a clock from timer to timer up to `untilMs`, and lets promises answer after each. */
export async function runClock(clock: ManualClock, untilMs: number): Promise<void> {
  await Promise.resolve();
  for (
    let dueMs = clock.nextTimerMs();
    dueMs !== undefined && dueMs <= untilMs;
    dueMs = clock.nextTimerMs()
  ) {
    clock.advanceTo(dueMs);
    await Promise.resolve();
  }
  clock.advanceTo(untilMs);
  await Promise.resolve();
}
