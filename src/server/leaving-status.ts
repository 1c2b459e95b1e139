import type { Clock } from "../core/clock.ts";
import { CANCELLED_STATUS, DEADLINE_STATUS, type RpcStatus } from "../rpc/status.ts";

/**
 * A client ends a call at its own deadline, and word of that comes a little before our copy of the deadline, which is
 * reckoned from when the request came. Who goes away this close to it has not gone of its own will.
 */
const DEADLINE_SLACK_MS = 50;

/** Why a caller that has gone away did so. `deadlineMs` is on the monotonic scale; undefined: it had none. */
export function leavingStatus(clock: Clock, deadlineMs: number | undefined): RpcStatus {
  const isLate = deadlineMs !== undefined && clock.monotonicMs() >= deadlineMs - DEADLINE_SLACK_MS;
  return isLate ? DEADLINE_STATUS : CANCELLED_STATUS;
}
