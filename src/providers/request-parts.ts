import { AttemptError } from "../core/attempt-error.ts";
import type { ChatRequest, Image, JsonObject, Message, Part, ToolCall, ToolChoice } from "../core/chat.ts";

/** The error for a request that the provider's API has no words for: refused before anything is sent. */
export function unsupported(message: string): AttemptError {
  return new AttemptError("VALIDATION", message);
}

/**
 * The text of a message that may hold nothing else, its parts one after the other.
 * @throws {AttemptError} `VALIDATION` when it holds something else.
 */
export function textOnly(message: Message): string {
  return message.parts.map((part) => textOfPart(part, message)).join("");
}

function textOfPart(part: Part, message: Message): string {
  if (part.kind !== "text") throw misplaced(part, message);
  return part.text;
}

/** The error for a part that has no place in a message of this role. */
export function misplaced(part: Part, message: Message): AttemptError {
  return unsupported(`a ${message.role} message cannot hold a part of kind ${part.kind}`);
}

/**
 * The arguments of a tool call as an object, for providers that want them so; an empty text is an empty object.
 * @throws {AttemptError} `VALIDATION` when they are no JSON object.
 */
export function parseArguments(toolCall: ToolCall): JsonObject {
  if (toolCall.argumentsJson.trim() === "") return {};
  const value = parseJson(toolCall.argumentsJson);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw unsupported(`the arguments of tool call ${toolCall.id} are not a JSON object`);
}

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The names of the tools called in a conversation by the id of the call, for providers that match results by name. */
export function toolNamesById(messages: readonly Message[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const message of messages) {
    for (const part of message.parts) {
      if (part.kind === "tool_call") names.set(part.toolCall.id, part.toolCall.name);
    }
  }
  return names;
}

/**
 * The name of the tool that a result answers.
 * @throws {AttemptError} `VALIDATION` when the conversation has no call with that id.
 */
export function toolNameOf(toolCallId: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(toolCallId);
  if (name === undefined) throw unsupported(`no tool call has the id ${toolCallId}`);
  return name;
}

/**
 * The tool choice, where it means something: without tools `auto` and `none` say nothing and are left out.
 * @throws {AttemptError} `VALIDATION` when a call is demanded and there are no tools.
 */
export function effectiveToolChoice({ tools, toolChoice }: ChatRequest): ToolChoice | undefined {
  if (toolChoice === undefined || tools.length > 0) return toolChoice;
  if (toolChoice.kind === "auto" || toolChoice.kind === "none") return undefined;
  throw unsupported(`tool choice ${toolChoice.kind} needs tools`);
}

/** The bytes of an image given by value in base64; undefined when it is given by its address. */
export function base64Of({ source }: Image): string | undefined {
  if (source.kind === "url") return undefined;
  const { buffer, byteOffset, byteLength } = source.bytes;
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}
