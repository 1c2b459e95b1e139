import fc from "fast-check";
import type { ChatRequest, Message } from "../../../src/core/chat.ts";
import type { CountRequest } from "../../../src/fallback/context/count-request.ts";

export function request(messages: readonly Message[]): ChatRequest {
  return { messages, tools: [], stopSequences: [] };
}

export function say(role: "system" | "user" | "assistant", text: string): Message {
  return { role, parts: [{ kind: "text", text }] };
}

export function callTool(...ids: string[]): Message {
  return {
    role: "assistant",
    parts: ids.map((id) => ({
      kind: "tool_call",
      toolCall: { id, name: "look_up", argumentsJson: '{"of":"it"}' },
    })),
  };
}

export function toolResult(id: string, content: string): Message {
  return {
    role: "tool",
    parts: [{ kind: "tool_result", toolResult: { toolCallId: id, content, isError: false } }],
  };
}

export function textOf(message: Message | undefined): string {
  return message?.parts.map((part) => (part.kind === "text" ? part.text : "")).join("") ?? "";
}

/** So many sentences, each different from the others. */
export function sentences(count: number, about = "trains"): string {
  return Array.from({ length: count }, (_, index) => `Sentence number ${index} is about ${about}.`).join(" ");
}

/** A tokenizer of its own kind: a token for each 4 letters of a word, and one for each other sign that is no space. */
export const countTokens: CountRequest = ({ messages, tools }) => {
  let tokens = 3 + 20 * tools.length;
  for (const { parts } of messages) {
    tokens += 4;
    for (const part of parts) {
      if (part.kind === "text") tokens += countText(part.text);
      else if (part.kind === "tool_call") tokens += 8 + countText(part.toolCall.argumentsJson);
      else if (part.kind === "tool_result") tokens += 4 + countText(part.toolResult.content);
      else tokens += 85;
    }
  }
  return tokens;
};

function countText(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(/\p{L}{1,4}|[^\p{L}\s]/gu)) tokens += piece === "" ? 0 : 1;
  return tokens;
}

export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: 0, max: 120 }).map((count) => sentences(count)),
  fc.string({ maxLength: 400, unit: "grapheme" }),
  fc.integer({ min: 1, max: 3_000 }).map((length) => "a".repeat(length)),
  fc.integer({ min: 1, max: 300 }).map((length) => "列車は定刻に出る。".repeat(length)),
);

/** A turn of a conversation: a message, or tool calls with their results. Ids are used again and again. */
const anyTurn: fc.Arbitrary<Message[]> = fc.oneof(
  fc
    .record({ role: fc.constantFrom("user", "assistant"), text: anyText })
    .map(({ role, text }) => [say(role, text)]),
  fc
    .array(anyText, { minLength: 1, maxLength: 3 })
    .map((results) => [
      callTool(...results.map((_, index) => `call_${index}`)),
      ...results.map((text, index) => toolResult(`call_${index}`, text)),
    ]),
);

export const anyConversation: fc.Arbitrary<ChatRequest> = fc
  .record({
    system: fc.option(anyText, { nil: undefined }),
    turns: fc.array(anyTurn, { minLength: 1, maxLength: 12 }),
  })
  .map(({ system, turns }) =>
    request([...(system === undefined ? [] : [say("system", system)]), ...turns.flat()]),
  );
