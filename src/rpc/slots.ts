import { create } from "@bufbuild/protobuf";
import {
  type AcquireSlotRequest,
  type AcquireSlotResponse,
  type ReleaseSlotRequest,
  type ReleaseSlotResponse,
  ReleaseSlotResponseSchema,
  type RenewSlotRequest,
  type RenewSlotResponse,
  type SettleSlotRequest,
  type SettleSlotResponse,
} from "../../gen/es/headway/v1/slots_pb.js";
import type { QueuePlace } from "../completion/complete-event.ts";
import type { Call } from "../core/call.ts";
import type { Refusal } from "../core/refusal.ts";
import { answerUnlessAborted, type Waiting } from "../core/waiting.ts";
import type { SlotGrant, SlotRelease, SlotRenewal } from "../scheduler/slot-grant.ts";
import type { SlotRequest } from "../scheduler/slot-request.ts";
import type { SlotCharge, SlotSettlement } from "../scheduler/slot-settlement.ts";
import {
  chargeToProto,
  grantToProto,
  readAcquireSlot,
  readReleaseSlot,
  readRenewSlot,
  readSettleSlot,
  renewalToProto,
} from "./convert-slots.ts";
import { granted, valid } from "./granted.ts";
import type { UnaryHandler } from "./handler.ts";

/** What the slot RPCs need of the service. Only a slot may have to be waited for. */
export interface SlotService {
  /**
   * The right to start the call, now or when its turn comes. Leaving gives the place in the queue up at once: no slot is
   * granted after that. `onQueued` is told the place when the request enters a queue, and again when that changes.
   */
  acquire(
    request: SlotRequest,
    call: Call,
    onQueued?: (queued: QueuePlace) => void,
  ): SlotGrant | Refusal | Waiting<SlotGrant | Refusal>;
  /** Idempotent: a settlement alike gets the same answer. */
  settle(settlement: SlotSettlement, call: Call): SlotCharge | Refusal;
  /** Idempotent. */
  release(slotId: string, call: Call): SlotRelease | Refusal;
  /** `leaseDurationMs` undefined: as long as at first. Never shortens a lease. */
  renew(slotId: string, leaseDurationMs: number | undefined, call: Call): SlotRenewal | Refusal;
}

/** Answers AcquireSlot. */
export function acquireSlotHandler(
  service: SlotService,
): UnaryHandler<AcquireSlotRequest, AcquireSlotResponse> {
  return async (request, context) => {
    const slotRequest = valid(readAcquireSlot(request));
    context.requestId = slotRequest.requestId;
    const outcome = service.acquire(slotRequest, context);
    const answer = outcome.kind === "waiting" ? await answerUnlessAborted(outcome, context.signal) : outcome;
    return grantToProto(granted(answer));
  };
}

/** Answers SettleSlot. */
export function settleSlotHandler(service: SlotService): UnaryHandler<SettleSlotRequest, SettleSlotResponse> {
  return async (request, context) =>
    chargeToProto(granted(service.settle(valid(readSettleSlot(request)), context)));
}

/** Answers ReleaseSlot. */
export function releaseSlotHandler(
  service: SlotService,
): UnaryHandler<ReleaseSlotRequest, ReleaseSlotResponse> {
  return async (request, context) => {
    granted(service.release(valid(readReleaseSlot(request)), context));
    return create(ReleaseSlotResponseSchema);
  };
}

/** Answers RenewSlot. */
export function renewSlotHandler(service: SlotService): UnaryHandler<RenewSlotRequest, RenewSlotResponse> {
  return async (request, context) => {
    const { slotId, leaseDurationMs } = valid(readRenewSlot(request));
    return renewalToProto(granted(service.renew(slotId, leaseDurationMs, context)));
  };
}
