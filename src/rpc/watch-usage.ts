import { create, equals } from "@bufbuild/protobuf";
import {
  GetUsageRequestSchema,
  type GetUsageResponse,
  GetUsageResponseSchema,
  type WatchUsageRequest,
  type WatchUsageResponse,
  WatchUsageResponseSchema,
} from "../../gen/es/headway/v1/get_usage_pb.js";
import type { Clock } from "../core/clock.ts";
import { RefusalError, refuse } from "../core/refusal.ts";
import { sleep } from "../core/sleep.ts";
import { durationFromMs, durationToMs } from "./convert-time.ts";
import type { ServerStreamHandler } from "./handler.ts";
import { getUsageHandler, type UsageService } from "./usage.ts";

/** Time between two looks at the usage: a watcher is told at most four times a second. */
const LOOK_MS = 250;
/** A look that took long is followed by a pause of so many times its length, so that watching costs little. */
const PAUSE_FACTOR = 9;
/** A wait that only gets shorter by waiting is news once a second. */
const WAIT_GRAIN_MS = 1_000;

/** Answers WatchUsage: the usage at once, and again whenever it has changed, until the caller goes away. */
export function watchUsageHandler(
  service: UsageService,
  clock: Clock,
): ServerStreamHandler<WatchUsageRequest, WatchUsageResponse> {
  const getUsage = getUsageHandler(service, clock);
  return async function* ({ request }, context) {
    const asked = request ?? create(GetUsageRequestSchema);
    const isOver = AbortSignal.any([context.signal, context.draining]);
    let told: GetUsageResponse | undefined;
    while (!isOver.aborted) {
      const startMs = clock.monotonicMs();
      const usage = await getUsage(asked, context);
      const comparable = comparableOf(usage);
      if (told === undefined || !equals(GetUsageResponseSchema, told, comparable)) {
        told = comparable;
        yield create(WatchUsageResponseSchema, { usage });
      }
      await sleep(clock, Math.max(LOOK_MS, PAUSE_FACTOR * (clock.monotonicMs() - startMs)), isOver);
    }
    context.signal.throwIfAborted();
    throw new RefusalError(refuse("SHUTTING_DOWN", "the server is shutting down; watch another one"));
  };
}

/**
 * The usage without what changes by the passing of time alone: resets and holds are instants that move by a fraction
 * with every reading of the clocks, and come with other changes when they really do.
 */
function comparableOf(usage: GetUsageResponse): GetUsageResponse {
  const pools = usage.pools.map(({ holdUntil: _hold, likelyWait: _likely, ...pool }) => ({
    ...pool,
    predictedWait: pool.predictedWait && durationFromMs(coarse(durationToMs(pool.predictedWait) ?? 0)),
    limits: pool.limits.map(({ resetTime: _reset, ...limit }) => limit),
  }));
  return create(GetUsageResponseSchema, { ...usage, pools });
}

function coarse(waitMs: number): number {
  return Math.ceil(waitMs / WAIT_GRAIN_MS) * WAIT_GRAIN_MS;
}
