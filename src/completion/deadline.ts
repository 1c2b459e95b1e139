import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";

/** Callers and timers end a call a moment before the deadline as it was computed here. */
const DEADLINE_SLACK_MS = 50;

/** Milliseconds until the caller's deadline, 0 or less when it has passed. Undefined: it set none. */
export function remainingMs({ deadlineMs }: Call, clock: Clock): number | undefined {
  return deadlineMs === undefined ? undefined : deadlineMs - clock.monotonicMs();
}

/** Whether the deadline is why a call ended just now. */
export function isLate(call: Call, clock: Clock): boolean {
  const leftMs = remainingMs(call, clock);
  return leftMs !== undefined && leftMs <= DEADLINE_SLACK_MS;
}
