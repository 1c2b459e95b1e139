import type { HoldSlotsResponse } from "../../../gen/es/headway/v1/hold_slots_pb.js";
import type { AcquireSlotResponse, SettleSlotResponse } from "../../../gen/es/headway/v1/slots_pb.js";
import type { PlainWriter } from "./plain-writer.ts";
import { giveUpOnUnknown, nested, writeCost, writeEnums, writeInstant, writeUsage } from "./write-parts.ts";

/** An answer of HoldSlots, when it is to an acquire or a settle. */
export function writeHoldSlotsResponse(writer: PlainWriter, message: HoldSlotsResponse): void {
  const { requestId, response } = message;
  giveUpOnUnknown(writer, message);
  if (requestId !== "") writer.string(10, requestId);
  if (response.case === "acquired") nested(writer, 26, response.value, writeAcquireSlotResponse);
  else if (response.case === "settled") nested(writer, 34, response.value, writeSettleSlotResponse);
  else writer.giveUp();
}

/** A granted slot, with all its fields. */
export function writeAcquireSlotResponse(writer: PlainWriter, message: AcquireSlotResponse): void {
  giveUpOnUnknown(writer, message);
  if (message.slotId !== "") writer.string(10, message.slotId);
  if (message.model !== "") writer.string(18, message.model);
  if (message.deployment !== "") writer.string(26, message.deployment);
  if (message.reservedTokens !== 0n) writer.int64(32, message.reservedTokens);
  nested(writer, 42, message.waited, writeInstant);
  nested(writer, 50, message.startWithin, writeInstant);
  nested(writer, 58, message.expireTime, writeInstant);
  writeEnums(writer, 66, message.waitCauses);
}

/** What was charged, with all its fields. */
export function writeSettleSlotResponse(writer: PlainWriter, message: SettleSlotResponse): void {
  giveUpOnUnknown(writer, message);
  nested(writer, 10, message.cost, writeCost);
  nested(writer, 18, message.usage, writeUsage);
}
