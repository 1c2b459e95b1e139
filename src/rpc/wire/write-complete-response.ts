import type { Attempt } from "../../../gen/es/headway/v1/attempt_pb.js";
import type { Candidate, ExperimentArm } from "../../../gen/es/headway/v1/candidate_pb.js";
import type { CompleteResponse } from "../../../gen/es/headway/v1/complete_pb.js";
import type { Message, Part, ToolCall } from "../../../gen/es/headway/v1/message_pb.js";
import type { PlainWriter } from "./plain-writer.ts";
import { giveUpOnUnknown, nested, writeCost, writeEnums, writeInstant, writeUsage } from "./write-parts.ts";

/** An answer of text and tool calls to a request that was sent as it came. */
export function writeCompleteResponse(writer: PlainWriter, message: CompleteResponse): void {
  giveUpOnUnknown(writer, message);
  if (message.contextChange !== undefined) writer.giveUp();
  nested(writer, 10, message.message, writeMessage);
  if (message.finishReason !== 0) writer.int32(16, message.finishReason);
  if (message.providerFinishReason !== "") writer.string(26, message.providerFinishReason);
  if (message.model !== "") writer.string(34, message.model);
  nested(writer, 42, message.usage, writeUsage);
  nested(writer, 50, message.cost, writeCost);
  for (const attempt of message.attempts) nested(writer, 58, attempt, writeAttempt);
  if (message.cacheHit) writer.int32(72, 1);
  if (message.requestId !== "") writer.string(82, message.requestId);
  if (message.traceId !== "") writer.string(90, message.traceId);
  for (const candidate of message.route) nested(writer, 98, candidate, writeCandidate);
  for (const arm of message.experiments) nested(writer, 106, arm, writeArm);
}

function writeMessage(writer: PlainWriter, message: Message): void {
  giveUpOnUnknown(writer, message);
  if (message.role !== 0) writer.int32(8, message.role);
  for (const part of message.parts) nested(writer, 18, part, writePart);
}

function writePart(writer: PlainWriter, message: Part): void {
  giveUpOnUnknown(writer, message);
  const { part } = message;
  if (part.case === "text") writer.string(10, part.value);
  else if (part.case === "toolCall") nested(writer, 26, part.value, writeToolCall);
  else writer.giveUp();
}

function writeToolCall(writer: PlainWriter, message: ToolCall): void {
  giveUpOnUnknown(writer, message);
  if (message.id !== "") writer.string(10, message.id);
  if (message.name !== "") writer.string(18, message.name);
  if (message.argumentsJson !== "") writer.string(26, message.argumentsJson);
}

function writeAttempt(writer: PlainWriter, message: Attempt): void {
  giveUpOnUnknown(writer, message);
  if (message.model !== "") writer.string(10, message.model);
  if (message.deployment !== "") writer.string(18, message.deployment);
  if (message.outcome !== 0) writer.int32(24, message.outcome);
  if (message.errorReason !== 0) writer.int32(32, message.errorReason);
  if (message.errorMessage !== "") writer.string(42, message.errorMessage);
  if (message.providerStatusCode !== undefined) writer.int32(48, message.providerStatusCode);
  nested(writer, 58, message.waited, writeInstant);
  writeEnums(writer, 66, message.waitCauses);
  nested(writer, 74, message.latency, writeInstant);
  nested(writer, 82, message.firstTokenLatency, writeInstant);
  nested(writer, 90, message.usage, writeUsage);
  nested(writer, 98, message.cost, writeCost);
  if (message.cause !== 0) writer.int32(104, message.cause);
  if (message.explanation !== "") writer.string(114, message.explanation);
}

function writeCandidate(writer: PlainWriter, message: Candidate): void {
  giveUpOnUnknown(writer, message);
  if (message.model !== "") writer.string(10, message.model);
  if (message.deployment !== "") writer.string(18, message.deployment);
  if (message.verdict !== 0) writer.int32(24, message.verdict);
  if (message.explanation !== "") writer.string(34, message.explanation);
  nested(writer, 42, message.predictedWait, writeInstant);
  nested(writer, 50, message.likelyWait, writeInstant);
  if (message.reservedTokens !== undefined) writer.int64(56, message.reservedTokens);
  nested(writer, 66, message.estimatedCost, writeCost);
  if (message.attemptCount !== 0) writer.int32(72, message.attemptCount);
}

function writeArm(writer: PlainWriter, message: ExperimentArm): void {
  giveUpOnUnknown(writer, message);
  if (message.experiment !== "") writer.string(10, message.experiment);
  if (message.arm !== "") writer.string(18, message.arm);
}
