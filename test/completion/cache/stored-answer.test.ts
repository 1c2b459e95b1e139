import { describe, expect, it } from "vitest";
import {
  asHit,
  decodeAnswer,
  encodeAnswer,
  isStorable,
} from "../../../src/completion/cache/stored-answer.ts";
import type { AttemptCause } from "../../../src/fallback/attempts/attempt-cause.ts";
import { fakeResult } from "../../server/fake-services.ts";

const ANSWER = fakeResult("Paris");
const attempt = ANSWER.attempts[0]!;
const withCauses = (...causes: AttemptCause[]) => ({
  ...ANSWER,
  attempts: causes.map((cause) => ({ ...attempt, cause })),
});

describe("an answer that is kept", () => {
  it("says the same as a hit, uses nothing and costs nothing", () => {
    const message = {
      role: "assistant",
      parts: [
        { kind: "text", text: "Paris \ud83d\ude42" },
        {
          kind: "image",
          image: { source: { kind: "data", bytes: Buffer.from([0, 255]) }, mediaType: "image/png" },
        },
        { kind: "tool_call", toolCall: { id: "1", name: "f", argumentsJson: '{"bytes": 1}' } },
      ],
    } as const;
    const hit = asHit(decodeAnswer(encodeAnswer({ ...ANSWER, message }))!, "req_2");
    expect(hit).toEqual({
      ...ANSWER,
      message: {
        ...message,
        parts: [
          message.parts[0],
          {
            kind: "image",
            image: { source: { kind: "data", bytes: new Uint8Array([0, 255]) }, mediaType: "image/png" },
          },
          message.parts[2],
        ],
      },
      usage: { inputTokens: 0, outputTokens: 0 },
      cost: { inputNanoUsd: 0n, outputNanoUsd: 0n, totalNanoUsd: 0n, priceSource: "" },
      attempts: [],
      route: [],
      contextChange: undefined,
      cacheHit: true,
      requestId: "req_2",
    });
  });

  it.each([
    ["damaged", "{"],
    ["of another form", '{"form":0,"answer":{}}'],
    ["something else", "null"],
  ])("is not read when it is %s", (_, text) => {
    expect(decodeAnswer(new TextEncoder().encode(text))).toBeUndefined();
  });

  it.each([
    [true, "the first choice gave it", ANSWER],
    [true, "the first choice gave it after a retry", withCauses("first_choice", "retry")],
    [true, "it met the length that was asked for", { ...ANSWER, finishReason: "length" }],
    [false, "a fallback gave it", withCauses("first_choice", "fallback_error")],
    [false, "the first choice was passed over", withCauses("fallback_wait", "retry")],
    [false, "it was filtered", { ...ANSWER, finishReason: "content_filter" }],
    [false, "it ended in a way that is not known", { ...ANSWER, finishReason: "other" }],
    [false, "it was kept before", { ...ANSWER, cacheHit: true }],
  ] as const)("is kept: %s, when %s", (isKept, _, result) => {
    expect(isStorable(result)).toBe(isKept);
  });
});
