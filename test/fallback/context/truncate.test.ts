import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatRequest, Message } from "../../../src/core/chat.ts";
import { GAP } from "../../../src/fallback/context/keep-ends.ts";
import { truncate } from "../../../src/fallback/context/truncate.ts";
import {
  anyConversation,
  callTool,
  countTokens,
  request,
  say,
  sentences,
  textOf,
  toolResult,
} from "./requests.ts";

/** Truncates, and must. */
function truncated(given: ChatRequest, budgetTokens: number) {
  const result = truncate(given, { budgetTokens, countTokens });
  if (result.kind !== "truncated") throw new Error(result.kind);
  return result;
}

describe("leaves out the middle", () => {
  const talk = request([
    say("system", "Be brief."),
    say("user", "First question."),
    ...Array.from({ length: 10 }, (_, index) => [
      say("assistant", `Answer ${index}. ${sentences(4)}`),
      say("user", `Question ${index}. ${sentences(4)}`),
    ]).flat(),
    say("user", "Last question."),
  ]);

  test("whole messages, the oldest first", () => {
    const { request: sent, dropped } = truncated(talk, 300);
    const texts = sent.messages.map(textOf);
    expect(texts.slice(0, 2)).toEqual(["Be brief.", "First question."]);
    expect(texts.at(-1)).toBe("Last question.");
    expect(texts.at(-2)).toMatch(/^Question 9/);
    const whole = dropped.filter((one) => one.whole).map(({ messageIndex }) => messageIndex);
    expect(whole.length).toBeGreaterThan(5);
    expect(whole).toEqual(whole.map((_, index) => index + 2));
  });

  test("says what it left out, in tokens", () => {
    const { dropped, originalInputTokens, sentInputTokens } = truncated(talk, 300);
    const tokens = dropped.reduce((sum, one) => sum + one.tokens, 0);
    expect(originalInputTokens).toBe(countTokens(talk));
    expect(Math.abs(tokens - (originalInputTokens - sentInputTokens))).toBeLessThanOrEqual(dropped.length);
  });

  test("uses most of the room", () => {
    expect(truncated(talk, 300).sentInputTokens).toBeGreaterThan(240);
  });
});

test("shortens a single long message at sentences, and keeps its two ends", () => {
  const { request: sent, dropped } = truncated(request([say("user", sentences(200))]), 400);
  const [head, tail] = textOf(sent.messages[0]).split(GAP);
  expect(head).toMatch(/^Sentence number 0 is about trains\..*trains\.$/s);
  expect(tail).toMatch(/^Sentence number \d+ is.*Sentence number 199 is about trains\.$/s);
  expect(dropped).toEqual([{ messageIndex: 0, whole: false, tokens: dropped[0]!.tokens }]);
});

test("a short last question stays whole beside a long first text", () => {
  const given = request([say("user", sentences(300)), say("user", "What is this about?")]);
  const { request: sent } = truncated(given, 300);
  expect(textOf(sent.messages[1])).toBe("What is this about?");
  expect(textOf(sent.messages[0])).toContain(GAP);
});

test("cuts text without any border where it must, but never inside a character", () => {
  const { request: sent } = truncated(request([say("user", "🚂".repeat(2_000))]), 500);
  expect(textOf(sent.messages[0]).isWellFormed()).toBe(true);
  expect(truncated(request([say("user", "a".repeat(20_000))]), 500).sentInputTokens).toBeGreaterThan(400);
});

describe("tool calls", () => {
  const exchange = (id: string, count: number): Message[] => [callTool(id), toolResult(id, sentences(count))];

  test("go with their results", () => {
    const given = request([
      say("user", "Look."),
      ...exchange("a", 40),
      ...exchange("b", 40),
      ...exchange("c", 10),
    ]);
    const { request: sent } = truncated(given, 500);
    expect(sent.messages).toEqual([given.messages[0], ...given.messages.slice(5)]);
  });

  test("at the end are never torn: what is too large then is refused", () => {
    const given = request([say("user", "Look."), ...exchange("a", 200)]);
    expect(truncate(given, { budgetTokens: 500, countTokens })).toEqual({
      kind: "too_large",
      inputTokens: countTokens(given),
      budgetTokens: 500,
    });
  });

  test("at the beginning are left out when the end needs the room", () => {
    const given = request([...exchange("a", 100), say("user", "And now?")]);
    expect(truncated(given, 100).request.messages).toEqual([given.messages[2]]);
  });
});

test("a system prompt that is too large by itself is refused, never shortened", () => {
  const given = request([say("system", sentences(100)), say("user", "Hello.")]);
  expect(truncate(given, { budgetTokens: 200, countTokens }).kind).toBe("too_large");
});

test("tools count", () => {
  const tools = Array.from({ length: 10 }, () => ({ name: "f", description: "", parameters: {} }));
  const given = { ...request([say("user", sentences(100))]), tools };
  const { request: sent } = truncated(given, 400);
  expect(sent.tools).toBe(tools);
  expect(truncate(given, { budgetTokens: 200, countTokens }).kind).toBe("too_large");
});

test("what fits is left as it is", () => {
  const given = request([say("user", "Hello.")]);
  expect(truncate(given, { budgetTokens: countTokens(given), countTokens }).kind).toBe("unchanged");
});

describe("of any conversation", () => {
  const anyPart = fc.double({ min: 0.02, max: 1, noNaN: true });

  /** Every result is preceded by its call, and every call is answered before the next turn. */
  function expectWholePairs({ messages }: ChatRequest): void {
    let open: string[] = [];
    for (const { parts } of messages) {
      for (const part of parts) {
        if (part.kind === "tool_call") open.push(part.toolCall.id);
        else if (part.kind === "tool_result") {
          expect(open).toContain(part.toolResult.toolCallId);
          open = open.filter((id) => id !== part.toolResult.toolCallId);
        } else expect(open).toEqual([]);
      }
    }
    expect(open).toEqual([]);
  }

  test("it fits as counted, keeps the system prompt and the end, breaks no pair, and tells what is gone", () => {
    let reached = 0;
    fc.assert(
      fc.property(anyConversation, anyPart, (given, part) => {
        const budgetTokens = Math.floor(countTokens(given) * part);
        const result = truncate(given, { budgetTokens, countTokens });
        if (result.kind !== "truncated") return;
        reached++;
        const { messages } = result.request;
        expect(countTokens(result.request)).toBeLessThanOrEqual(budgetTokens);
        expect(result.sentInputTokens).toBe(countTokens(result.request));
        expectWholePairs(result.request);
        if (given.messages[0]!.role === "system") expect(messages[0]).toBe(given.messages[0]);
        expect(messages.at(-1)!.role).toBe(given.messages.at(-1)!.role);
        const gone = new Set(result.dropped.filter((one) => one.whole).map((one) => one.messageIndex));
        const shortened = new Set(result.dropped.filter((one) => !one.whole).map((one) => one.messageIndex));
        const kept = given.messages
          .map((message, index) => ({ message, index }))
          .filter(({ index }) => !gone.has(index));
        expect(messages.length).toBe(kept.length);
        for (const [place, { message, index }] of kept.entries()) {
          if (!shortened.has(index)) expect(messages[place]).toBe(message);
          else expect(textOf(messages[place]).length).toBeLessThan(textOf(message).length);
        }
      }),
      { numRuns: 400 },
    );
    expect(reached).toBeGreaterThan(100);
  });

  test("with room for its system prompt, its tools and a little of its last message it is never refused", () => {
    fc.assert(
      fc.property(anyConversation, fc.integer({ min: 250, max: 2_000 }), (given, roomTokens) => {
        const system = given.messages.filter(({ role }) => role === "system");
        const ended = { ...given, messages: [...given.messages, say("user", sentences(50))] };
        const budgetTokens = countTokens({ ...given, messages: system }) + roomTokens;
        expect(truncate(ended, { budgetTokens, countTokens }).kind).not.toBe("too_large");
      }),
      { numRuns: 300 },
    );
  });
});
