import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatRequest } from "../../../src/core/chat.ts";
import { chunkRequest, combineRequest, planChunks } from "../../../src/fallback/context/chunk.ts";
import { anyText, countTokens, request, say, sentences, textOf } from "./requests.ts";

function planned(given: ChatRequest, budgetTokens: number) {
  const plan = planChunks(given, { budgetTokens, countTokens });
  if (plan.kind !== "chunks") throw new Error(plan.explanation);
  return { chunked: plan.chunked, segments: [...plan.segments] };
}

const TEXT = Array.from({ length: 30 }, (_, index) => sentences(8, `topic ${index}`)).join("\n\n");
const TALK = request([say("system", "Be brief."), say("user", TEXT), say("user", "Summarise this.")]);

describe("a long text", () => {
  const { chunked, segments } = planned(TALK, 800);

  test("is the longest of the user's", () => {
    expect(chunked).toEqual({ messageIndex: 1, partIndex: 0, text: TEXT });
  });

  test("is covered without a gap, each part beginning in the one before", () => {
    expect(segments.length).toBeGreaterThan(3);
    expect(segments[0]!.start).toBe(0);
    expect(segments.at(-1)!.end).toBe(TEXT.length);
    for (const [index, segment] of segments.entries()) {
      expect(segment.text).toBe(TEXT.slice(segment.start, segment.end));
      if (index === 0) continue;
      expect(segment.start).toBeLessThan(segments[index - 1]!.end);
      expect(segment.start).toBeGreaterThan(segments[index - 1]!.start);
    }
  });

  test("is cut at paragraphs", () => {
    for (const segment of segments.slice(0, -1)) expect(segment.text.endsWith("\n\n")).toBe(true);
  });

  test("makes requests that fit and say which part they hold", () => {
    for (const [index, segment] of segments.entries()) {
      const part = chunkRequest(TALK, chunked, segment.text, index + 1);
      expect(countTokens(part)).toBeLessThanOrEqual(800);
      expect(textOf(part.messages[0])).toBe("Be brief.");
      expect(textOf(part.messages[1])).toMatch(new RegExp(`^This is part ${index + 1} of`));
      expect(textOf(part.messages[1]).endsWith(segment.text)).toBe(true);
      expect(textOf(part.messages[2])).toBe("Summarise this.");
    }
  });

  test("has its answers combined under the same question, in the form that was asked for", () => {
    const formed: ChatRequest = { ...TALK, responseFormat: { kind: "json" } };
    expect(chunkRequest(formed, chunked, "x", 1).responseFormat).toBeUndefined();
    const combined = combineRequest(formed, chunked, ["first answer", "second answer"]);
    expect(combined.responseFormat).toEqual({ kind: "json" });
    expect(textOf(combined.messages[1])).toMatch(
      /in 2 parts.*Part 1:\nfirst answer\n\nPart 2:\nsecond answer$/s,
    );
    expect(combined.messages.length).toBe(3);
  });
});

test("what cannot be asked in parts", () => {
  const tool = { name: "f", description: "", parameters: {} };
  const budget = { budgetTokens: 800, countTokens };
  expect(planChunks({ ...TALK, tools: [tool] }, budget)).toMatchObject({ kind: "impossible" });
  expect(planChunks(request([say("assistant", TEXT)]), budget)).toMatchObject({ kind: "impossible" });
  const large = request([say("system", sentences(200)), say("user", TEXT)]);
  expect(planChunks(large, budget)).toMatchObject({
    kind: "impossible",
    explanation: "what surrounds the longest text is too large by itself",
  });
});

test("of any text every part fits, and together they hold it or stop where no short part fits", () => {
  let complete = 0;
  fc.assert(
    fc.property(
      fc.array(anyText, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 60, max: 900 }),
      (texts, budget) => {
        const given = request([say("system", "Be brief."), say("user", texts.join("\n"))]);
        const plan = planChunks(given, { budgetTokens: budget, countTokens });
        if (plan.kind !== "chunks") return;
        const { chunked } = plan;
        let end = 0;
        for (const segment of plan.segments) {
          expect(segment.start).toBeLessThanOrEqual(end);
          expect(segment.end).toBeGreaterThan(end);
          end = segment.end;
          expect(segment.text.isWellFormed()).toBe(true);
          expect(countTokens(chunkRequest(given, chunked, segment.text, 1_000))).toBeLessThanOrEqual(budget);
        }
        if (end === chunked.text.length) complete++;
        // 200 characters have at most 200 tokens here.
        else expect(budget).toBeLessThan(300);
      },
    ),
    { numRuns: 200 },
  );
  expect(complete).toBeGreaterThan(100);
});
