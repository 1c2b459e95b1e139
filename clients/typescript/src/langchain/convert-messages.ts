import type { MessageInitShape } from "@bufbuild/protobuf";
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { type MessageSchema, type PartSchema, Role } from "../gen/message_pb.js";

type PartInit = MessageInitShape<typeof PartSchema>;

const ROLES: Readonly<Record<string, Role>> = {
  system: Role.SYSTEM,
  human: Role.USER,
  ai: Role.ASSISTANT,
  tool: Role.TOOL,
};

/** A message of LangChain as Headway wants it. Throws for roles and content that Headway does not know. */
export function toHeadwayMessage(message: BaseMessage): MessageInitShape<typeof MessageSchema> {
  const role = ROLES[message.getType()];
  if (role === undefined) throw new TypeError(`Headway knows no messages of the type ${message.getType()}`);
  if (message instanceof ToolMessage) {
    const { tool_call_id: toolCallId, status } = message;
    const value = { toolCallId, content: message.text, isError: status === "error" };
    return { role, parts: [{ part: { case: "toolResult", value } }] };
  }
  const parts = contentParts(message.content);
  if (message instanceof AIMessage) {
    for (const { id = "", name, args } of message.tool_calls ?? []) {
      parts.push({ part: { case: "toolCall", value: { id, name, argumentsJson: JSON.stringify(args) } } });
    }
  }
  return { role, parts };
}

function contentParts(content: BaseMessage["content"]): PartInit[] {
  if (typeof content === "string") return content === "" ? [] : [textPart(content)];
  return content.flatMap((block): PartInit[] => {
    if (block.type === "text") return [textPart(String(block["text"]))];
    if (block.type === "image_url") {
      const source = block["image_url"] as string | { url: string };
      const url = typeof source === "string" ? source : source.url;
      return [{ part: { case: "image", value: { source: { case: "url", value: url } } } }];
    }
    // Calls of tools are in the message's `tool_calls` as well.
    if (block.type === "tool_use" || block.type === "tool_call") return [];
    throw new TypeError(`Headway knows no content of the type ${block.type}`);
  });
}

function textPart(text: string): PartInit {
  return { part: { case: "text", value: text } };
}
