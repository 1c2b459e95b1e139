import type { WaitCause } from "../core/limit.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { PoolQueue } from "./pool-queue.ts";

const CAUSE_TEXT: Record<WaitCause, string> = {
  requests_window: "its requests per window are used up",
  tokens_window: "its tokens per window are used up",
  daily_window: "its day's limit is used up",
  spacing: "its starts are spaced evenly",
  concurrency: "all its concurrent calls are running",
  provider_hold: "the provider asked to wait",
  queue: "others are waiting before it",
};

/** The refusal of a request whose turn would come too late. */
export function refuseWait(options: {
  pool: PoolQueue;
  deployment: string;
  causes: readonly WaitCause[];
  /** Planned wait from now in milliseconds; `undefined` when nobody can say. */
  predictedWaitMs: number | undefined;
  /** The wait that would have been accepted, in milliseconds. */
  acceptedWaitMs: number;
}): Refusal {
  const { pool, deployment, causes, predictedWaitMs, acceptedWaitMs } = options;
  const why = causes.map((cause) => CAUSE_TEXT[cause]).join(", and ") || "it has no room";
  const planned = predictedWaitMs === undefined ? "" : `; it would start in ${seconds(predictedWaitMs)}`;
  return refuse(
    "WAIT_TOO_LONG",
    `${deployment} cannot start within ${seconds(acceptedWaitMs)}: ${why}${planned}. ` +
      "Wait longer (max_wait and the deadline), or name further models.",
    {
      metadata: {
        model: deployment,
        pool: pool.id,
        wait_causes: causes.join(","),
        ...(predictedWaitMs !== undefined && { predicted_wait_ms: String(Math.ceil(predictedWaitMs)) }),
      },
      ...(predictedWaitMs !== undefined && {
        retryAfterMs: Math.max(1, Math.ceil(predictedWaitMs - acceptedWaitMs)),
      }),
      quotaViolations: [{ subject: `pool ${pool.id}`, description: `${deployment}: ${why}` }],
    },
  );
}

/** The refusal of a request for which the queue has no place. */
export function refuseQueueFull(pool: PoolQueue, maxQueue: number, retryAfterMs: number): Refusal {
  return refuse("QUEUE_FULL", `${maxQueue} requests are waiting for ${pool.id} already. Try again later.`, {
    metadata: { pool: pool.id, max_queue: String(maxQueue) },
    retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)),
    quotaViolations: [{ subject: `pool ${pool.id}`, description: `queue of ${maxQueue} is full` }],
  });
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 0)} s`;
}
