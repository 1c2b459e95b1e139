import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Priority } from "./gen/routing_pb.js";
import type { AcquireSlotRequestSchema } from "./gen/slots_pb.js";

/** The right to start one call is asked for. */
export interface SlotRequest {
  /** `provider/model`, or several in order of preference; the first that can start in time wins. Default: the server's. */
  readonly models?: string | readonly string[];
  /** Tokens of the prompt. Default 0, unless `totalTokens` is set. */
  readonly inputTokens?: number | undefined;
  /** The most tokens the call may write. Default: what such answers usually need. */
  readonly maxOutputTokens?: number | undefined;
  /** Input and output together, instead of the two above. */
  readonly totalTokens?: number | undefined;
  /** The longest wait; 0: only when it can start at once. Default: `scheduler.max_wait` of the server. */
  readonly maxWaitMs?: number | undefined;
  /** How long the slot lasts unless renewed. Default: `scheduler.lease_duration` of the server. */
  readonly leaseMs?: number | undefined;
  /** Who goes first. Default: normal. */
  readonly priority?: Priority | undefined;
  /** Labels for usage and cost. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The caller's name for the request. Default: Headway makes one. */
  readonly requestId?: string | undefined;
}

/** As the RPC wants it. Fractions of tokens are rounded up. */
export function acquireRequestOf(request: SlotRequest): MessageInitShape<typeof AcquireSlotRequestSchema> {
  const { models = [], inputTokens, maxOutputTokens, totalTokens, maxWaitMs, leaseMs, priority } = request;
  return {
    models: typeof models === "string" ? [models] : [...models],
    ...(inputTokens !== undefined && { inputTokens: tokens(inputTokens) }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens: tokens(maxOutputTokens) }),
    ...(totalTokens !== undefined && { totalTokens: tokens(totalTokens) }),
    ...(maxWaitMs !== undefined && { maxWait: durationFromMs(Math.round(maxWaitMs)) }),
    ...(leaseMs !== undefined && { leaseDuration: durationFromMs(Math.round(leaseMs)) }),
    ...(priority !== undefined && { priority }),
    ...(request.tags !== undefined && { tags: { ...request.tags } }),
    ...(request.requestId !== undefined && { requestId: request.requestId }),
  };
}

/** A count of tokens as the RPCs want it, rounded up. */
export function tokens(count: number): bigint {
  return BigInt(Math.ceil(count));
}
