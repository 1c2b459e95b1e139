import { create } from "@bufbuild/protobuf";
import {
  type CompleteBatchRequest,
  type CompleteBatchResponse,
  CompleteBatchResponseSchema,
} from "../../gen/es/headway/v1/complete_batch_pb.js";
import type { CompleteRequest } from "../../gen/es/headway/v1/complete_pb.js";
import { Priority } from "../../gen/es/headway/v1/routing_pb.js";
import { type BatchCommand, type BatchEvent, MAX_BATCH_SIZE } from "../completion/batch/batch-command.ts";
import type { CompleteCommand } from "../completion/complete-request.ts";
import type { Call } from "../core/call.ts";
import { type Refusal, RefusalError } from "../core/refusal.ts";
import { readCompleteRequest } from "./convert-complete-request.ts";
import { completeResultToProto } from "./convert-complete-result.ts";
import { refusalToProto } from "./convert-request-error.ts";
import { valid } from "./granted.ts";
import type { ServerStreamHandler } from "./handler.ts";
import { readRequestId } from "./read-fields.ts";
import { type Reading, reading, Violations } from "./violations.ts";

/** What CompleteBatch needs of the service. */
export interface BatchService {
  /**
   * Answers the requests of a batch. A consumer that stops reading holds back those that have not begun; one that
   * returns early ends all. When `draining` aborts no more are begun.
   */
  run(batch: BatchCommand, call: Call, draining: AbortSignal): AsyncIterable<BatchEvent>;
}

/** Answers CompleteBatch. */
export function completeBatchHandler(
  service: BatchService,
): ServerStreamHandler<CompleteBatchRequest, CompleteBatchResponse> {
  return async function* (request, context) {
    const batch = valid(readBatch(request));
    context.requestId = batch.requestId;
    for await (const event of service.run(batch, context, context.draining)) {
      if (event.kind === "refused") throw new RefusalError(event);
      if (event.kind === "result" && "kind" in event.outcome) context.noteRefusal(event.outcome.reason);
      yield eventToProto(event, context.traceId);
    }
  };
}

function readBatch({ maxConcurrency, requestId, requests }: CompleteBatchRequest): Reading<BatchCommand> {
  const violations = new Violations();
  const size = requests.length;
  if (size === 0 || size > MAX_BATCH_SIZE)
    violations.add("requests", `must hold 1 to ${MAX_BATCH_SIZE} requests`);
  if (maxConcurrency < 0) violations.add("max_concurrency", "must be 0 or more");
  return reading(violations, {
    size,
    read: (index) => readItem(requests[index]!),
    requestId: readRequestId(violations, requestId),
    maxConcurrency: maxConcurrency === 0 ? undefined : maxConcurrency,
  });
}

function readItem(request: CompleteRequest): CompleteCommand | Refusal {
  const read = readCompleteRequest(request);
  if (read.kind === "refused") return read;
  return request.priority === Priority.UNSPECIFIED ? { ...read.value, priority: "batch" } : read.value;
}

function eventToProto(
  event: Exclude<BatchEvent, Refusal>,
  traceId: string | undefined,
): CompleteBatchResponse {
  if (event.kind === "progress") {
    const { totalCount, succeededCount, failedCount, runningCount } = event;
    const value = { totalCount, succeededCount, failedCount, runningCount };
    return create(CompleteBatchResponseSchema, { event: { case: "progress", value } });
  }
  const { index, outcome } = event;
  const value = {
    index,
    outcome:
      "kind" in outcome
        ? { case: "error" as const, value: refusalToProto(outcome) }
        : { case: "response" as const, value: completeResultToProto(outcome, traceId) },
  };
  return create(CompleteBatchResponseSchema, { event: { case: "result", value } });
}
