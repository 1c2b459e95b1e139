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

/** What the slot RPCs need of the service. Answers may come at once, without a promise. */
export interface SlotService {
  /**
   * Waits until the call may start. Leaves the queue at once when the call's signal aborts; what it then answers is
   * read by nobody, so a slot must not be granted after that. `onQueued` is told the place when the request enters a
   * queue, and again when that changes.
   */
  acquire(
    request: SlotRequest,
    call: Call,
    onQueued?: (queued: QueuePlace) => void,
  ): Promise<SlotGrant | Refusal> | SlotGrant | Refusal;
  /** Idempotent: a settlement alike gets the same answer. */
  settle(settlement: SlotSettlement, call: Call): Promise<SlotCharge | Refusal> | SlotCharge | Refusal;
  /** Idempotent. */
  release(slotId: string, call: Call): Promise<SlotRelease | Refusal> | SlotRelease | Refusal;
  /** `leaseDurationMs` undefined: as long as at first. Never shortens a lease. */
  renew(
    slotId: string,
    leaseDurationMs: number | undefined,
    call: Call,
  ): Promise<SlotRenewal | Refusal> | SlotRenewal | Refusal;
}

/** Answers AcquireSlot. */
export function acquireSlotHandler(
  service: SlotService,
): UnaryHandler<AcquireSlotRequest, AcquireSlotResponse> {
  return async (request, context) => {
    const slotRequest = valid(readAcquireSlot(request));
    context.requestId = slotRequest.requestId;
    return grantToProto(granted(await service.acquire(slotRequest, context)));
  };
}

/** Answers SettleSlot. */
export function settleSlotHandler(service: SlotService): UnaryHandler<SettleSlotRequest, SettleSlotResponse> {
  return async (request, context) =>
    chargeToProto(granted(await service.settle(valid(readSettleSlot(request)), context)));
}

/** Answers ReleaseSlot. */
export function releaseSlotHandler(
  service: SlotService,
): UnaryHandler<ReleaseSlotRequest, ReleaseSlotResponse> {
  return async (request, context) => {
    granted(await service.release(valid(readReleaseSlot(request)), context));
    return create(ReleaseSlotResponseSchema);
  };
}

/** Answers RenewSlot. */
export function renewSlotHandler(service: SlotService): UnaryHandler<RenewSlotRequest, RenewSlotResponse> {
  return async (request, context) => {
    const { slotId, leaseDurationMs } = valid(readRenewSlot(request));
    return renewalToProto(granted(await service.renew(slotId, leaseDurationMs, context)));
  };
}
