import type { Message } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import type { Cost } from "../../../gen/es/headway/v1/cost_pb.js";
import type { HoldSlotsResponse } from "../../../gen/es/headway/v1/hold_slots_pb.js";
import type { AcquireSlotResponse, SettleSlotResponse } from "../../../gen/es/headway/v1/slots_pb.js";
import type { Usage } from "../../../gen/es/headway/v1/usage_pb.js";
import type { PlainWriter } from "./plain-writer.ts";

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
  if (message.waitCauses.length === 0) return;
  const start = writer.enter(66);
  for (const cause of message.waitCauses) writer.packed(cause);
  writer.leave(start);
}

/** What was charged, with all its fields. */
export function writeSettleSlotResponse(writer: PlainWriter, message: SettleSlotResponse): void {
  giveUpOnUnknown(writer, message);
  nested(writer, 10, message.cost, writeCost);
  nested(writer, 18, message.usage, writeUsage);
}

function writeCost(writer: PlainWriter, message: Cost): void {
  giveUpOnUnknown(writer, message);
  if (message.inputNanoUsd !== 0n) writer.int64(8, message.inputNanoUsd);
  if (message.outputNanoUsd !== 0n) writer.int64(16, message.outputNanoUsd);
  if (message.totalNanoUsd !== 0n) writer.int64(24, message.totalNanoUsd);
  if (message.currencyCode !== "") writer.string(34, message.currencyCode);
  if (message.priceSource !== "") writer.string(42, message.priceSource);
}

function writeUsage(writer: PlainWriter, message: Usage): void {
  giveUpOnUnknown(writer, message);
  if (message.inputTokens !== undefined) writer.int64(8, message.inputTokens);
  if (message.outputTokens !== undefined) writer.int64(16, message.outputTokens);
  if (message.cachedInputTokens !== undefined) writer.int64(24, message.cachedInputTokens);
  if (message.reasoningTokens !== undefined) writer.int64(32, message.reasoningTokens);
  if (message.totalTokens !== undefined) writer.int64(40, message.totalTokens);
  if (message.cacheWriteInputTokens !== undefined) writer.int64(48, message.cacheWriteInputTokens);
  if (message.estimated) writer.int32(56, 1);
}

/** Both types are written alike. */
function writeInstant(writer: PlainWriter, message: Duration | Timestamp): void {
  giveUpOnUnknown(writer, message);
  if (message.seconds !== 0n) writer.int64(8, message.seconds);
  if (message.nanos !== 0) writer.int32(16, message.nanos);
}

function nested<T extends Message>(
  writer: PlainWriter,
  tag: number,
  message: T | undefined,
  write: (writer: PlainWriter, message: T) => void,
): void {
  if (message === undefined) return;
  const start = writer.enter(tag);
  write(writer, message);
  writer.leave(start);
}

function giveUpOnUnknown(writer: PlainWriter, message: Message): void {
  if (message.$unknown !== undefined) writer.giveUp();
}
