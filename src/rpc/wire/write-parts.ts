import type { Message } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import type { Cost } from "../../../gen/es/headway/v1/cost_pb.js";
import type { Usage } from "../../../gen/es/headway/v1/usage_pb.js";
import type { PlainWriter } from "./plain-writer.ts";

/** All fields. */
export function writeCost(writer: PlainWriter, message: Cost): void {
  giveUpOnUnknown(writer, message);
  if (message.inputNanoUsd !== 0n) writer.int64(8, message.inputNanoUsd);
  if (message.outputNanoUsd !== 0n) writer.int64(16, message.outputNanoUsd);
  if (message.totalNanoUsd !== 0n) writer.int64(24, message.totalNanoUsd);
  if (message.currencyCode !== "") writer.string(34, message.currencyCode);
  if (message.priceSource !== "") writer.string(42, message.priceSource);
}

/** All fields. */
export function writeUsage(writer: PlainWriter, message: Usage): void {
  giveUpOnUnknown(writer, message);
  if (message.inputTokens !== undefined) writer.int64(8, message.inputTokens);
  if (message.outputTokens !== undefined) writer.int64(16, message.outputTokens);
  if (message.cachedInputTokens !== undefined) writer.int64(24, message.cachedInputTokens);
  if (message.reasoningTokens !== undefined) writer.int64(32, message.reasoningTokens);
  if (message.totalTokens !== undefined) writer.int64(40, message.totalTokens);
  if (message.cacheWriteInputTokens !== undefined) writer.int64(48, message.cacheWriteInputTokens);
  if (message.estimated) writer.int32(56, 1);
}

/** All fields; both types are written alike. */
export function writeInstant(writer: PlainWriter, message: Duration | Timestamp): void {
  giveUpOnUnknown(writer, message);
  if (message.seconds !== 0n) writer.int64(8, message.seconds);
  if (message.nanos !== 0) writer.int32(16, message.nanos);
}

/** A message inside another; undefined: none. */
export function nested<T extends Message>(
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

/** Fields of a later contract are left to the generated code. */
export function giveUpOnUnknown(writer: PlainWriter, message: Message): void {
  if (message.$unknown !== undefined) writer.giveUp();
}

/** The numbers of a repeated enum. */
export function writeEnums(writer: PlainWriter, tag: number, values: readonly number[]): void {
  if (values.length === 0) return;
  const start = writer.enter(tag);
  for (const value of values) writer.packed(value);
  writer.leave(start);
}
