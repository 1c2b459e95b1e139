import type { PlanCompleteRequest, PlanCompleteResponse } from "../../gen/es/headway/v1/plan_complete_pb.js";
import { type CompletionService, readCommand, requiredRequest } from "./complete.ts";
import { planToProto } from "./convert-plan.ts";
import type { UnaryHandler } from "./handler.ts";

/** Answers PlanComplete. */
export function planCompleteHandler(
  service: CompletionService,
): UnaryHandler<PlanCompleteRequest, PlanCompleteResponse> {
  return async ({ request }, context) =>
    planToProto(service.plan(readCommand(requiredRequest(request), context), context));
}
