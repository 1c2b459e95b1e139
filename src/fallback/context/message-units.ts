import type { Message, Part } from "../../core/chat.ts";

/** Characters that a message's frame counts for, and an image; only shares of a whole are made of them. */
const FRAME_CHARS = 16;
const IMAGE_CHARS = 4_000;

/** Messages that stay or go together. */
export interface MessageUnit {
  /** Indices in the request's messages, ascending; at least one. */
  readonly indices: readonly number[];
  /** `system` always stays. `exchange`: tool calls and their results, which are never torn or shortened. */
  readonly kind: "system" | "plain" | "exchange";
  /** Characters, frames and pictures included: how large it is beside the others. */
  readonly size: number;
}

/** Groups messages so that each tool call is in the same unit as its results. In the order of their first messages. */
export function messageUnits(messages: readonly Message[]): MessageUnit[] {
  const unitOf: number[] = [];
  const unitOfCall = new Map<string, number>();
  for (const [index, message] of messages.entries()) {
    unitOf.push(index);
    for (const part of message.parts) {
      const unit = part.kind === "tool_result" ? unitOfCall.get(part.toolResult.toolCallId) : undefined;
      if (unit !== undefined) merge(unitOf, unitOfCall, unit, index);
    }
    // A later call with the same id is another call, and the results that follow are its.
    for (const part of message.parts) if (part.kind === "tool_call") unitOfCall.set(part.toolCall.id, index);
  }
  const groups = Map.groupBy(messages.keys(), (index) => unitOf[index]!);
  return [...groups.values()].map((indices) => ({
    indices,
    kind: kindOf(indices.map((index) => messages[index]!)),
    size: indices.reduce((sum, index) => sum + messageSize(messages[index]!), 0),
  }));
}

/** Size of one message, in the measure of {@link MessageUnit.size}. */
export function messageSize(message: Message): number {
  return message.parts.reduce((sum, part) => sum + partSize(part), FRAME_CHARS);
}

function partSize(part: Part): number {
  switch (part.kind) {
    case "text":
      return part.text.length;
    case "image":
      return IMAGE_CHARS;
    case "tool_call":
      return FRAME_CHARS + part.toolCall.name.length + part.toolCall.argumentsJson.length;
    case "tool_result":
      return FRAME_CHARS + part.toolResult.content.length;
  }
}

function kindOf(messages: readonly Message[]): MessageUnit["kind"] {
  if (messages.some(({ role }) => role === "system")) return "system";
  const hasTools = messages.some(({ parts }) =>
    parts.some(({ kind }) => kind === "tool_call" || kind === "tool_result"),
  );
  return hasTools ? "exchange" : "plain";
}

function merge(unitOf: number[], unitOfCall: Map<string, number>, from: number, into: number): void {
  for (const [index, unit] of unitOf.entries()) if (unit === from) unitOf[index] = into;
  for (const [id, unit] of unitOfCall) if (unit === from) unitOfCall.set(id, into);
}
