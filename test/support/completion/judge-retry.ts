import type { BreakerView } from "../../../src/fallback/snapshot.ts";
import { hasRoom, mayStillServe } from "./could-answer.ts";
import type { World, WorldRequest } from "./random-world.ts";
import type { SeenCall } from "./scripted-provider.ts";

/** A call of a deployment that the same request has called before. */
export interface Retry {
  readonly asked: WorldRequest;
  readonly nowMs: number;
  readonly deployment: string;
  /** The request's own calls before this one, in their order. */
  readonly own: readonly SeenCall[];
  readonly breakerOf: (deployment: string) => BreakerView;
  /** All calls of a deployment that have begun. */
  readonly callsOf: (deployment: string) => readonly SeenCall[];
}

/**
 * What is wrong with a retry while another candidate is free that the request has not called: it takes the attempt or the
 * time that the other needs, or repeats what is not to be repeated. Undefined: nothing, or nobody else is surely free.
 */
export function whyNoRetry(world: World, retry: Retry): string | undefined {
  const { asked, deployment, nowMs, own } = retry;
  const last = own.findLast((call) => call.deployment === deployment)!;
  const free = world.models.filter(
    (model) => mayStillServe(model, world, asked, own) && wasFree(model.id, world, retry, last.endMs!),
  );
  if (free.length === 0) return undefined;
  const names = free.map(({ id }) => id).join(", ");
  const leftCount = asked.command.maxAttemptCount! - own.length - 1;
  if (leftCount < free.length) return `of the attempts of ${names}`;
  if (last.failedWith === "TIMEOUT" || last.failedWith === "RATE_LIMITED")
    return `after ${last.failedWith}, before ${names}`;
  const tookMs = last.endMs! - last.startMs;
  const isLate = asked.deadlineMs !== undefined && nowMs + tookMs >= asked.atMs + asked.deadlineMs;
  return isLate ? `of the time of ${names}` : undefined;
}

/** Surely free when the retry was decided on, at the end of the attempt before it, and ever since. */
function wasFree(id: string, world: World, { breakerOf, callsOf }: Retry, sinceMs: number): boolean {
  const model = world.models.find((one) => one.id === id)!;
  const calls = callsOf(id);
  const isQuiet = calls.every(({ startMs, endMs = Number.POSITIVE_INFINITY }) => {
    return startMs < sinceMs && (endMs < sinceMs || endMs === Number.POSITIVE_INFINITY);
  });
  return isQuiet && breakerOf(id).kind === "closed" && hasRoom(model, calls, sinceMs);
}
