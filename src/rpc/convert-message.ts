import { create } from "@bufbuild/protobuf";
import {
  PartSchema,
  type Image as ProtoImage,
  type Message as ProtoMessage,
  type Part as ProtoPart,
  Role as ProtoRole,
  type ToolCall as ProtoToolCall,
  ToolCallSchema,
} from "../../gen/es/headway/v1/message_pb.js";
import type { Image, Message, Part, Role, ToolCall } from "../core/chat.ts";
import { readEnum } from "./read-fields.ts";
import type { Violations } from "./violations.ts";

const ROLES: Readonly<Record<number, Role>> = {
  [ProtoRole.SYSTEM]: "system",
  [ProtoRole.USER]: "user",
  [ProtoRole.ASSISTANT]: "assistant",
  [ProtoRole.TOOL]: "tool",
};

const ROLE_NUMBERS: Readonly<Record<Role, ProtoRole>> = {
  system: ProtoRole.SYSTEM,
  user: ProtoRole.USER,
  assistant: ProtoRole.ASSISTANT,
  tool: ProtoRole.TOOL,
};

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
const IMAGE_URL = /^(https?:\/\/|data:)./i;

/** What the parts of a conversation are checked against. */
interface Conversation {
  readonly violations: Violations;
  readonly toolNames: ReadonlySet<string>;
  /** Ids of the tool calls so far. */
  readonly callIds: Set<string>;
}

/** The conversation of a request; what is wrong with it goes to `violations`, and is left out of the answer. */
export function readMessages(
  violations: Violations,
  messages: readonly ProtoMessage[],
  toolNames: ReadonlySet<string>,
): readonly Message[] {
  if (messages.length === 0) violations.add("messages", "must have at least one message");
  const conversation: Conversation = { violations, toolNames, callIds: new Set() };
  return messages.map((message, index) => readMessage(conversation, `messages[${index}]`, message));
}

function readMessage(conversation: Conversation, field: string, message: ProtoMessage): Message {
  const { violations } = conversation;
  if (message.role === ProtoRole.UNSPECIFIED) violations.add(`${field}.role`, "is required");
  const role = readEnum(violations, `${field}.role`, message.role, ROLES);
  if (message.parts.length === 0) violations.add(`${field}.parts`, "must have at least one part");
  const parts: Part[] = [];
  for (let index = 0; index < message.parts.length; index++) {
    const part = readPart(conversation, `${field}.parts[${index}]`, message.parts[index]!, role);
    if (part !== undefined) parts.push(part);
  }
  return { role: role ?? "user", parts };
}

/** `role` undefined: it is wrong, so that nothing can be said about where the part belongs. */
function readPart(
  conversation: Conversation,
  field: string,
  { part }: ProtoPart,
  role: Role | undefined,
): Part | undefined {
  const { violations } = conversation;
  switch (part.case) {
    case "text":
      if (role === "tool") violations.add(`${field}.text`, "must be a tool_result in a message of ROLE_TOOL");
      return { kind: "text", text: part.value };
    case "image":
      checkPlace(violations, `${field}.image`, role, "user");
      return readImage(violations, `${field}.image`, part.value);
    case "toolCall":
      checkPlace(violations, `${field}.tool_call`, role, "assistant");
      return readToolCall(conversation, `${field}.tool_call`, part.value);
    case "toolResult": {
      checkPlace(violations, `${field}.tool_result`, role, "tool");
      const { toolCallId, content, isError } = part.value;
      if (toolCallId === "") violations.add(`${field}.tool_result.tool_call_id`, "is required");
      else if (!conversation.callIds.has(toolCallId)) {
        violations.add(`${field}.tool_result.tool_call_id`, "must be the id of an earlier tool_call");
      }
      return { kind: "tool_result", toolResult: { toolCallId, content, isError } };
    }
    default:
      violations.add(field, "must be one of text, image, tool_call and tool_result");
      return undefined;
  }
}

function readToolCall(conversation: Conversation, field: string, call: ProtoToolCall): Part {
  const { violations, toolNames, callIds } = conversation;
  const { id, name, argumentsJson } = call;
  if (id === "") violations.add(`${field}.id`, "is required");
  else callIds.add(id);
  if (name === "") violations.add(`${field}.name`, "is required");
  else if (!toolNames.has(name))
    violations.add(`${field}.name`, "must be the name of one of the request's tools");
  return { kind: "tool_call", toolCall: { id, name, argumentsJson } };
}

function readImage(violations: Violations, field: string, image: ProtoImage): Part | undefined {
  const { source, mediaType } = image;
  if (mediaType !== "" && !MEDIA_TYPE.test(mediaType)) {
    violations.add(`${field}.media_type`, "must be a media type, as image/png");
  }
  if (source.case === "data") {
    if (source.value.length === 0) violations.add(`${field}.data`, "must not be empty");
    if (mediaType === "") violations.add(`${field}.media_type`, "is required beside data");
    return { kind: "image", image: { source: { kind: "data", bytes: source.value }, mediaType } };
  }
  if (source.case === "url") {
    if (!IMAGE_URL.test(source.value))
      violations.add(`${field}.url`, "must be an http, https or data address");
    return { kind: "image", image: { source: { kind: "url", url: source.value }, mediaType } };
  }
  violations.add(field, "must have data or a url");
  return undefined;
}

function checkPlace(violations: Violations, field: string, role: Role | undefined, place: Role): void {
  if (role === undefined || role === place) return;
  violations.add(field, `is only allowed in messages of ROLE_${place.toUpperCase()}`);
}

/** What a model said, as the contract writes it. */
export function messageToProto(message: Message): ProtoMessage {
  return {
    $typeName: "headway.v1.Message",
    role: ROLE_NUMBERS[message.role],
    parts: message.parts.map(partToProto),
  };
}

/** A tool call as the contract writes it. */
export function toolCallToProto({ id, name, argumentsJson }: ToolCall): ProtoToolCall {
  return create(ToolCallSchema, { id, name, argumentsJson });
}

function partToProto(part: Part): ProtoPart {
  switch (part.kind) {
    case "text":
      return { $typeName: "headway.v1.Part", part: { case: "text", value: part.text } };
    case "image":
      return create(PartSchema, { part: { case: "image", value: imageToProto(part.image) } });
    case "tool_call":
      return create(PartSchema, { part: { case: "toolCall", value: toolCallToProto(part.toolCall) } });
    case "tool_result":
      return create(PartSchema, { part: { case: "toolResult", value: { ...part.toolResult } } });
  }
}

function imageToProto({ source, mediaType }: Image) {
  return source.kind === "data"
    ? { source: { case: "data" as const, value: source.bytes }, mediaType }
    : { source: { case: "url" as const, value: source.url }, mediaType };
}
