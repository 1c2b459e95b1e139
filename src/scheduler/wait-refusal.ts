import { type CauseSet, causesIn } from "../core/cause-set.ts";
import type { WaitCause } from "../core/limit.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import { type StartOption, tooLargeFor } from "./place.ts";
import type { PoolQueue } from "./pool-queue.ts";
import type { FullQueue } from "./queue-bounds.ts";
import type { Scope } from "./scope.ts";

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
  causes: CauseSet;
  /** What has no room besides the pool. */
  scopes: readonly Scope[];
  /** Planned wait from now in milliseconds; `undefined` when nobody can say. */
  predictedWaitMs: number | undefined;
  /** The wait that would have been accepted, in milliseconds. */
  acceptedWaitMs: number;
}): Refusal {
  const { pool, deployment, predictedWaitMs, acceptedWaitMs } = options;
  const causes = causesIn(options.causes);
  const named = options.scopes.flatMap(({ subject }) => (subject === undefined ? [] : [subject]));
  const text = causes.map((cause) => CAUSE_TEXT[cause]).join(", and ") || "it has no room";
  const why = named.length === 0 ? text : `${text}, by the limits of ${named.join(" and ")}`;
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
      quotaViolations: [...named, `pool ${pool.id}`].map((subject) => ({
        subject,
        description: `${deployment}: ${why}`,
      })),
    },
  );
}

/** The refusal of a request for which the queue has no place. */
export function refuseQueueFull(pool: PoolQueue, full: FullQueue, retryAfterMs: number): Refusal {
  const what = fullText(full);
  return refuse("QUEUE_FULL", `${what} for ${pool.id} already. Try again later.`, {
    metadata: { pool: pool.id, bound: full.kind, max_queue: String(full.most) },
    retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)),
    quotaViolations: [{ subject: `pool ${pool.id}`, description: `the queue is full: ${what}` }],
  });
}

function fullText({ kind, most }: FullQueue): string {
  switch (kind) {
    case "pool":
      return `${most} requests are waiting`;
    case "tenant":
      return `${most} requests of this tenant are waiting`;
    case "tokens":
      return `requests with nearly all of ${most} tokens are waiting`;
    case "tenant_tokens":
      return `requests of this tenant with nearly all of ${most} tokens are waiting`;
  }
}

/** The refusal of a request that no limit of its options can ever take. */
export function refuseTooLarge(options: readonly StartOption[]): Refusal {
  const option = options[0]!;
  const { limit, cap } = tooLargeFor(option)!;
  const { metric, amount, windowMs } = limit;
  return refuse(
    "REQUEST_TOO_LARGE",
    `${option.deployment}: ${option.amounts.totalTokens} tokens can never start, since at most ${cap} ${metric} ` +
      `of its limit of ${amount} per ${windowMs / 1000} s are used. Ask for less output, shorten the input, or name a ` +
      "model with a higher limit.",
    { metadata: { model: option.deployment, metric, cap: String(cap), limit: String(amount) } },
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 0)} s`;
}
