import { describe, expect, test } from "vitest";
import type { CandidateSnapshot } from "../../src/fallback/snapshot.ts";
import { type CandidateVerdict, judge, type RequestNeeds } from "../../src/fallback/verdict.ts";
import { candidate, PLAIN_NEEDS } from "./candidate.ts";

const needs = (changes: Partial<RequestNeeds>): RequestNeeds => ({ ...PLAIN_NEEDS, ...changes });
const all = { tools: true, images: true, jsonSchema: true, streaming: true };

describe("verdicts", () => {
  const cases: readonly (readonly [
    CandidateVerdict,
    string,
    Partial<CandidateSnapshot>,
    Partial<RequestNeeds>?,
  ])[] = [
    ["eligible", "starts at once", {}],
    ["eligible", "waits 3.2 s, within max_wait of 5 s", { predictedWaitMs: 3_200 }],
    [
      "eligible",
      "waits 3.2 s, within the deadline, in 4 s",
      { predictedWaitMs: 3_200 },
      { remainingMs: 4_000 },
    ],
    ["eligible", "starts when a running call ends", { predictedWaitMs: Number.POSITIVE_INFINITY }],
    ["wait_too_long", "it would wait 6 s, longer than max_wait of 5 s", { predictedWaitMs: 6_000 }],
    [
      "wait_too_long",
      "it would wait 3.2 s, longer than the deadline, in 3 s",
      { predictedWaitMs: 3_200 },
      { remainingMs: 3_000 },
    ],
    [
      "wait_too_long",
      "it cannot start now, and no wait is accepted",
      { predictedWaitMs: Number.POSITIVE_INFINITY },
      { maxWaitMs: 0 },
    ],
    [
      "wait_too_long",
      "it would wait 1 ms, longer than max_wait of 0 ms",
      { predictedWaitMs: 1 },
      { maxWaitMs: 0 },
    ],
    ["queue_full", "too many wait for it already", { queueFull: true, predictedWaitMs: 9_000 }],
    [
      "over_budget",
      "more than is left",
      {
        budget: {
          kind: "over",
          explanation: "more than is left",
          retryAfterMs: 1,
          violation: { subject: "budget daily", description: "spent" },
        },
      },
    ],
    ["price_unknown", "no price", { budget: { kind: "price_unknown", explanation: "no price" } }],
    [
      "breaker_open",
      "it failed too often lately; its breaker is open for another 2 s",
      { breaker: { kind: "open", retryAfterMs: 2_000 } },
    ],
    [
      "breaker_open",
      "it failed too often lately, and a probe is on its way",
      { breaker: { kind: "half_open", probing: true } },
    ],
    ["eligible", "starts at once", { breaker: { kind: "half_open", probing: false } }],
    [
      "limit_too_small",
      "its limit never lets more than 599 tokens pass, and 600 are needed",
      { tokenCap: 599 },
    ],
    ["eligible", "starts at once", { tokenCap: 600 }],
    [
      "context_too_small",
      "its context of 8,192 is less than the 12,000 tokens needed",
      { contextWindowTokens: 8_192, inputTokens: 11_000 },
      { maxOutputTokens: 1_000 },
    ],
    ["eligible", "starts at once", { contextWindowTokens: 101 }],
    [
      "context_too_small",
      "its context of 100 is less than the 101 tokens needed",
      { contextWindowTokens: 100 },
    ],
    // More output than the model can write is not needed of its context.
    [
      "eligible",
      "starts at once",
      { contextWindowTokens: 600, maxOutputTokens: 500 },
      { maxOutputTokens: 9_000 },
    ],
    ["eligible", "starts at once", { contextWindowTokens: undefined, inputTokens: 10_000_000 }],
    [
      "capability_missing",
      "it cannot see images nor follow a JSON schema",
      { capabilities: { ...all, images: false, jsonSchema: false } },
      { capabilities: all },
    ],
    ["eligible", "starts at once", { capabilities: { ...all, images: false } }],
    [
      "not_configured",
      "set A_KEY",
      { availability: { kind: "not_configured", explanation: "set A_KEY", missingVariable: "A_KEY" } },
    ],
    ["disabled", "off", { availability: { kind: "disabled", explanation: "off" } }],
    ["not_allowed", "no", { availability: { kind: "not_allowed", explanation: "no" } }],
  ];

  const named = cases.map(([verdict, explanation, changes, asked = {}]) => ({
    verdict,
    explanation,
    changes,
    asked,
  }));
  test.each(named)("$verdict: $explanation", ({ verdict, explanation, changes, asked }) => {
    expect(judge(candidate("a/1", changes), needs(asked))).toEqual({ verdict, explanation });
  });
});
