import { create } from "@bufbuild/protobuf";
import type { HoldSlotsResponse } from "../../gen/es/headway/v1/hold_slots_pb.js";
import { ReleaseSlotResponseSchema } from "../../gen/es/headway/v1/slots_pb.js";
import type { QueuePlace } from "../completion/complete-event.ts";
import type { Refusal } from "../core/refusal.ts";
import type { SlotGrant, SlotRelease, SlotRenewal } from "../scheduler/slot-grant.ts";
import type { SlotCharge } from "../scheduler/slot-settlement.ts";
import { queuedToProto } from "./convert-complete-event.ts";
import { refusalToProto } from "./convert-request-error.ts";
import { chargeToProto, grantToProto, renewalToProto } from "./convert-slots.ts";

const RELEASED = create(ReleaseSlotResponseSchema);

/** What one request on the stream can be answered with. */
export type HoldSlotsAnswer = SlotGrant | SlotCharge | SlotRelease | SlotRenewal | Refusal;

/** The answer to one request as the contract writes it. */
export function holdSlotsAnswerToProto(requestId: string, answer: HoldSlotsAnswer): HoldSlotsResponse {
  switch (answer.kind) {
    case "granted":
      return respond(requestId, { case: "acquired", value: grantToProto(answer) });
    case "settled":
      return respond(requestId, { case: "settled", value: chargeToProto(answer) });
    case "released":
      return respond(requestId, { case: "released", value: RELEASED });
    case "renewed":
      return respond(requestId, { case: "renewed", value: renewalToProto(answer) });
    case "refused":
      return respond(requestId, { case: "error", value: refusalToProto(answer) });
  }
}

/** A place in a queue as the contract writes it. */
export function holdSlotsQueuedToProto(requestId: string, place: QueuePlace): HoldSlotsResponse {
  return respond(requestId, { case: "queued", value: queuedToProto(place) });
}

/** Written out, since `create` takes as long as all the rest of an answer, and a stream has many of them. */
function respond(requestId: string, response: HoldSlotsResponse["response"]): HoldSlotsResponse {
  return { $typeName: "headway.v1.HoldSlotsResponse", requestId, response };
}
