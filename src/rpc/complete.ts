import type { CompleteRequest, CompleteResponse } from "../../gen/es/headway/v1/complete_pb.js";
import type {
  StreamCompleteRequest,
  StreamCompleteResponse,
} from "../../gen/es/headway/v1/stream_complete_pb.js";
import type { CompleteEvent } from "../completion/complete-event.ts";
import type { CompleteCommand } from "../completion/complete-request.ts";
import type { CompleteResult } from "../completion/complete-result.ts";
import type { PlannedComplete } from "../completion/plan-complete.ts";
import type { Call } from "../core/call.ts";
import { type Refusal, RefusalError, refuse } from "../core/refusal.ts";
import { completeEventToProto } from "./convert-complete-event.ts";
import { readCompleteRequest } from "./convert-complete-request.ts";
import { completeResultToProto } from "./convert-complete-result.ts";
import { granted, valid } from "./granted.ts";
import type { CallContext, ServerStreamHandler, UnaryHandler } from "./handler.ts";

/** What Complete and StreamComplete need of the service. */
export interface CompletionService {
  /** Ends early when the call's signal aborts; what it then answers is read by nobody. */
  complete(command: CompleteCommand, call: Call): Promise<CompleteResult | Refusal>;
  /** What {@link complete} would do now; reserves nothing. */
  plan(command: CompleteCommand, call: Call): PlannedComplete;
  /**
   * The same with everything that happens on the way. A consumer that stops reading holds the provider's stream back;
   * one that returns early ends the work.
   */
  stream(command: CompleteCommand, call: Call): AsyncIterable<CompleteEvent>;
}

/** Answers Complete. */
export function completeHandler(service: CompletionService): UnaryHandler<CompleteRequest, CompleteResponse> {
  return async (request, context) => {
    const command = readCommand(request, context);
    const result = granted(await service.complete(command, context));
    return completeResultToProto(result, context.traceId);
  };
}

/** Answers StreamComplete. */
export function streamCompleteHandler(
  service: CompletionService,
): ServerStreamHandler<StreamCompleteRequest, StreamCompleteResponse> {
  return async function* ({ request }, context) {
    const command = readCommand(requiredRequest(request), context);
    for await (const event of service.stream(command, context)) {
      if (event.kind === "refused") throw new RefusalError(event);
      yield completeEventToProto(event, context.traceId);
      if (event.kind === "done") return;
    }
    throw new Error("the stream of a completion ended without an answer");
  };
}

/**
 * The request inside another message.
 * @throws {RefusalError} when it is missing.
 */
export function requiredRequest(request: CompleteRequest | undefined): CompleteRequest {
  if (request !== undefined) return request;
  const fieldViolations = [{ field: "request", description: "is required" }];
  throw new RefusalError(refuse("INVALID_REQUEST", "request is required", { fieldViolations }));
}

/**
 * The request as a command; the call learns its name.
 * @throws {RefusalError} when a field is wrong.
 */
export function readCommand(request: CompleteRequest, context: CallContext): CompleteCommand {
  const command = valid(readCompleteRequest(request));
  context.requestId = command.requestId;
  return command;
}
