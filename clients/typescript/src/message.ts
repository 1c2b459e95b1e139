import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Message, type MessageSchema, Role } from "./gen/message_pb.js";

type MessageInit = MessageInitShape<typeof MessageSchema>;

/** Instructions to the model. */
export function system(text: string): MessageInit {
  return { role: Role.SYSTEM, parts: [{ part: { case: "text", value: text } }] };
}

/** What the user says. */
export function user(text: string): MessageInit {
  return { role: Role.USER, parts: [{ part: { case: "text", value: text } }] };
}

/** What the model said. */
export function assistant(text: string): MessageInit {
  return { role: Role.ASSISTANT, parts: [{ part: { case: "text", value: text } }] };
}

/** The text of a message, its parts joined. Empty when there is none, as in an answer that only calls tools. */
export function textOf(message: Message | undefined): string {
  return message?.parts.map(({ part }) => (part.case === "text" ? part.value : "")).join("") ?? "";
}
