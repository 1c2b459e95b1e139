import type { Message } from "../core/chat.ts";

/** The texts of a message joined. */
export function messageText(message: Message): string {
  return message.parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
}
