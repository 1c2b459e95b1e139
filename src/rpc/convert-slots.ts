import { create } from "@bufbuild/protobuf";
import {
  type AcquireSlotRequest,
  type AcquireSlotResponse,
  type RenewSlotRequest,
  type RenewSlotResponse,
  RenewSlotResponseSchema,
  type SettleSlotRequest,
  type SettleSlotResponse,
} from "../../gen/es/headway/v1/slots_pb.js";
import { makeId } from "../core/id.ts";
import type { SlotGrant, SlotRenewal } from "../scheduler/slot-grant.ts";
import type { SlotRequest } from "../scheduler/slot-request.ts";
import type { SlotCharge, SlotSettlement } from "../scheduler/slot-settlement.ts";
import { PRIORITIES, SLOT_OUTCOMES, WAIT_CAUSE_NUMBERS } from "./convert-enums.ts";
import { durationFromMs, timestampFromWallMs } from "./convert-time.ts";
import { costToProto, readUsage, usageToProto } from "./convert-usage.ts";
import { readDuration, readEnum, readModels, readRequestId, readTags, readTokens } from "./read-fields.ts";
import { type Reading, reading, Violations } from "./violations.ts";

const MIN_HTTP_STATUS = 100;
const MAX_HTTP_STATUS = 599;

/** Checks every bound of the contract, and says all that is wrong at once. */
export function readAcquireSlot(request: AcquireSlotRequest): Reading<SlotRequest> {
  const violations = new Violations();
  let inputTokens = readTokens(violations, "input_tokens", request.inputTokens);
  let outputTokens = readTokens(violations, "max_output_tokens", request.maxOutputTokens);
  let totalTokens = readTokens(violations, "total_tokens", request.totalTokens);
  if (totalTokens === undefined) {
    inputTokens ??= 0;
    if (outputTokens !== undefined) totalTokens = inputTokens + outputTokens;
  } else if (totalTokens < (inputTokens ?? 0) + (outputTokens ?? 0)) {
    violations.add("total_tokens", "must not be less than input_tokens and max_output_tokens together");
  } else if (inputTokens !== undefined) {
    outputTokens ??= totalTokens - inputTokens;
  } else if (outputTokens !== undefined) {
    inputTokens = totalTokens - outputTokens;
  }
  return reading(violations, {
    models: readModels(violations, "models", request.models),
    inputTokens,
    outputTokens,
    totalTokens,
    maxWaitMs: readDuration(violations, "max_wait", request.maxWait),
    leaseDurationMs: readDuration(violations, "lease_duration", request.leaseDuration, { positive: true }),
    priority: readEnum(violations, "priority", request.priority, PRIORITIES) ?? "normal",
    tags: readTags(violations, request.tags),
    requestId: readRequestId(violations, request.requestId) ?? makeId("req"),
  });
}

/** As {@link readAcquireSlot}. */
export function readSettleSlot(request: SettleSlotRequest): Reading<SlotSettlement> {
  const violations = new Violations();
  const { slotId, usage, providerStatusCode } = request;
  checkSlotId(violations, slotId);
  if (
    providerStatusCode !== undefined &&
    !(providerStatusCode >= MIN_HTTP_STATUS && providerStatusCode <= MAX_HTTP_STATUS)
  ) {
    violations.add("provider_status_code", `must be ${MIN_HTTP_STATUS} to ${MAX_HTTP_STATUS}`);
  }
  return reading(violations, {
    slotId,
    outcome: readEnum(violations, "outcome", request.outcome, SLOT_OUTCOMES) ?? "succeeded",
    usage: usage === undefined ? undefined : readUsage(violations, "usage", usage),
    providerStatusCode,
    retryAfterMs: readDuration(violations, "retry_after", request.retryAfter),
    providerHeaders: lowerCaseKeys(request.providerHeaders),
  });
}

/** The slot to be given back. */
export function readReleaseSlot(request: { readonly slotId: string }): Reading<string> {
  const violations = new Violations();
  checkSlotId(violations, request.slotId);
  return reading(violations, request.slotId);
}

/** The slot that is to last longer, and for how long; undefined: as long as at first. */
export function readRenewSlot(
  request: RenewSlotRequest,
): Reading<{ readonly slotId: string; readonly leaseDurationMs: number | undefined }> {
  const violations = new Violations();
  checkSlotId(violations, request.slotId);
  const options = { positive: true };
  const leaseDurationMs = readDuration(violations, "lease_duration", request.leaseDuration, options);
  return reading(violations, { slotId: request.slotId, leaseDurationMs });
}

/** A granted slot as the contract writes it. Written out, like all that is answered often: `create` takes longer. */
export function grantToProto(grant: SlotGrant): AcquireSlotResponse {
  return {
    $typeName: "headway.v1.AcquireSlotResponse",
    slotId: grant.slotId,
    model: grant.model,
    deployment: grant.deployment,
    reservedTokens: BigInt(grant.reservedTokens),
    waited: durationFromMs(grant.waitedMs),
    startWithin: durationFromMs(grant.startWithinMs),
    expireTime: timestampFromWallMs(grant.expireWallMs),
    waitCauses: grant.waitCauses.map((cause) => WAIT_CAUSE_NUMBERS[cause]),
  };
}

/** What was charged, as the contract writes it. */
export function chargeToProto(charge: SlotCharge): SettleSlotResponse {
  const message: SettleSlotResponse = {
    $typeName: "headway.v1.SettleSlotResponse",
    usage: usageToProto(charge.usage),
  };
  const cost = costToProto(charge.cost);
  if (cost !== undefined) message.cost = cost;
  return message;
}

/** A renewed slot as the contract writes it. */
export function renewalToProto(renewal: SlotRenewal): RenewSlotResponse {
  return create(RenewSlotResponseSchema, { expireTime: timestampFromWallMs(renewal.expireWallMs) });
}

function checkSlotId(violations: Violations, slotId: string): void {
  if (slotId === "") violations.add("slot_id", "is required");
}

function lowerCaseKeys(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers);
  return entries.length === 0
    ? headers
    : Object.fromEntries(entries.map(([key, value]) => [key.toLowerCase(), value]));
}
