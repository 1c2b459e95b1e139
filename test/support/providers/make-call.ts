import type { ChatRequest, Message, Part, Role } from "../../../src/core/chat.ts";
import type { ProviderCall } from "../../../src/providers/provider.ts";

/** A message; a string stands for one text part. */
export function message(role: Role, ...parts: (Part | string)[]): Message {
  return {
    role,
    parts: parts.map((part) => (typeof part === "string" ? { kind: "text", text: part } : part)),
  };
}

/** A request whose only message is `text`, with `fields` laid over it. */
export function makeRequest(text: string, fields: Partial<ChatRequest> = {}): ChatRequest {
  return { messages: [message("user", text)], tools: [], stopSequences: [], ...fields };
}

/** A call with generous time limits and nothing special, with `fields` laid over it. */
export function makeCall(request: ChatRequest, fields: Partial<ProviderCall> = {}): ProviderCall {
  return {
    upstreamModel: "test-model",
    request,
    providerOptions: {},
    timeouts: { totalMs: 60_000 },
    signal: new AbortController().signal,
    ...fields,
  };
}
