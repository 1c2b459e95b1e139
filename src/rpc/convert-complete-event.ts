import { create } from "@bufbuild/protobuf";
import {
  ChunkProgressSchema,
  type StreamCompleteResponse,
  StreamCompleteResponseSchema,
} from "../../gen/es/headway/v1/stream_complete_pb.js";
import { type Queued, QueuedSchema } from "../../gen/es/headway/v1/wait_pb.js";
import type { CompleteEvent, QueuePlace } from "../completion/complete-event.ts";
import type { Refusal } from "../core/refusal.ts";
import { completeResultToProto } from "./convert-complete-result.ts";
import { ATTEMPT_CAUSE_NUMBERS } from "./convert-enums.ts";
import { toolCallToProto } from "./convert-message.ts";
import { durationFromMs } from "./convert-time.ts";

/** An event as the contract writes it; a refusal is none, but the stream's status. */
export function completeEventToProto(
  event: Exclude<CompleteEvent, Refusal>,
  traceId: string | undefined,
): StreamCompleteResponse {
  switch (event.kind) {
    case "queued":
      return wrap({ case: "queued", value: queuedToProto(event) });
    case "attempt_started": {
      const { attemptNumber, model, deployment, cause } = event;
      const value = { attemptNumber, model, deployment, cause: ATTEMPT_CAUSE_NUMBERS[cause] };
      return create(StreamCompleteResponseSchema, { event: { case: "attemptStarted", value } });
    }
    case "delta":
      return create(StreamCompleteResponseSchema, { event: { case: "delta", value: { text: event.text } } });
    case "tool_call":
      return wrap({ case: "toolCall", value: toolCallToProto(event.toolCall) });
    case "chunk_progress": {
      const { doneCount, totalCount } = event;
      return wrap({ case: "chunkProgress", value: create(ChunkProgressSchema, { doneCount, totalCount }) });
    }
    case "done":
      return wrap({ case: "done", value: completeResultToProto(event.result, traceId) });
  }
}

/** A place in a queue as the contract writes it. */
export function queuedToProto(place: QueuePlace): Queued {
  const { model, deployment, position, predictedWaitMs, likelyWaitMs } = place;
  return create(QueuedSchema, {
    model,
    deployment,
    position: BigInt(position),
    predictedWait: durationFromMs(predictedWaitMs),
    likelyWait: likelyWaitMs === undefined ? undefined : durationFromMs(likelyWaitMs),
  });
}

function wrap(event: StreamCompleteResponse["event"]): StreamCompleteResponse {
  return create(StreamCompleteResponseSchema, { event });
}
