import { create } from "@bufbuild/protobuf";
import { ExperimentArmSchema } from "../../gen/es/headway/v1/candidate_pb.js";
import {
  type PlanCompleteResponse,
  PlanCompleteResponseSchema,
} from "../../gen/es/headway/v1/plan_complete_pb.js";
import type { PlannedComplete } from "../completion/plan-complete.ts";
import { candidateToProto } from "./convert-complete-result.ts";
import { refusalToProto } from "./convert-request-error.ts";

/** A plan as the contract writes it. */
export function planToProto({ route, arms, refusal }: PlannedComplete): PlanCompleteResponse {
  return create(PlanCompleteResponseSchema, {
    route: route.map(candidateToProto),
    experiments: arms.map((arm) => create(ExperimentArmSchema, arm)),
    ...(refusal !== undefined && { refusal: refusalToProto(refusal) }),
  });
}
