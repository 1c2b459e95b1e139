import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STRATEGIES } from "../../../src/config/schema/routing-schema.ts";
import type { AttemptErrorReason } from "../../../src/core/attempt-error.ts";
import { seededRandom } from "../../../src/core/random.ts";
import {
  decideAfterFailure,
  type FailedAttempt,
  type NextStep,
} from "../../../src/fallback/attempts/attempt-policy.ts";
import { ERROR_POLICIES } from "../../../src/fallback/attempts/error-policy.ts";
import { usefulCandidates } from "../../../src/fallback/attempts/useful-candidates.ts";
import { route } from "../../../src/fallback/route.ts";
import { candidate, options, ranked } from "../candidate.ts";

/** Always the longest pause. */
const longest = { next: () => 1 - Number.EPSILON };
const REASONS = Object.keys(ERROR_POLICIES) as AttemptErrorReason[];

function decisionAfter(reason: AttemptErrorReason, changes: Partial<FailedAttempt> = {}): NextStep {
  return decideAfterFailure({
    reason,
    strategy: "smart_fallback",
    tokensStreamed: false,
    hadBegun: false,
    tookMs: 0,
    attemptCount: 1,
    maxAttemptCount: 10,
    retryCount: 0,
    maxRetryCount: 3,
    retryDelayMs: 1_000,
    retryAfterMs: undefined,
    remainingMs: undefined,
    remainingWaitMs: 60_000,
    usefulCandidateCount: 1,
    laterCandidateCount: 0,
    random: longest,
    ...changes,
  });
}

describe("by reason", () => {
  const cases: readonly (readonly [AttemptErrorReason, NextStep["kind"], NextStep["kind"]])[] = [
    // Reason, with another candidate, without one.
    ["CONNECTION", "retry_here", "retry_here"],
    ["TIMEOUT", "next_candidate", "retry_here"],
    ["OVERLOADED", "retry_here", "retry_here"],
    ["SERVER_ERROR", "retry_here", "retry_here"],
    ["RATE_LIMITED", "next_candidate", "retry_here"],
    ["AUTHENTICATION", "next_candidate", "exhausted"],
    ["QUOTA_EXCEEDED", "next_candidate", "exhausted"],
    ["MODEL_NOT_FOUND", "next_candidate", "exhausted"],
    ["CONTEXT_TOO_LONG", "next_candidate", "exhausted"],
    ["VALIDATION", "next_candidate", "exhausted"],
    ["CONTENT_FILTERED", "next_candidate", "exhausted"],
    ["UNKNOWN", "next_candidate", "exhausted"],
    ["CANCELLED", "stop", "stop"],
  ];

  test.each(cases)("%s: %s, alone %s", (reason, withNext, alone) => {
    expect(decisionAfter(reason).kind).toBe(withNext);
    expect(decisionAfter(reason, { usefulCandidateCount: 0 }).kind).toBe(alone);
  });

  test("every reason has its row", () => {
    expect(cases.map(([reason]) => reason).toSorted()).toEqual(REASONS.toSorted());
  });
});

describe("by situation", () => {
  const alone = { usefulCandidateCount: 0 };
  test.each<[string, Partial<FailedAttempt>, NextStep["kind"]]>([
    ["retries are used up", { retryCount: 3 }, "next_candidate"],
    ["retries are used up and nobody else is there", { retryCount: 3, ...alone }, "exhausted"],
    ["no retries are wanted", { maxRetryCount: 0 }, "next_candidate"],
    ["all attempts are made", { attemptCount: 10 }, "stop"],
    ["the last attempt is kept for the other candidate", { attemptCount: 9 }, "next_candidate"],
    ["the last attempt goes here when nobody else is there", { attemptCount: 9, ...alone }, "retry_here"],
    [
      "attempts are kept for each other candidate",
      { attemptCount: 7, usefulCandidateCount: 3 },
      "next_candidate",
    ],
    [
      "attempts are kept for those that can be called later, too",
      { attemptCount: 7, usefulCandidateCount: 1, laterCandidateCount: 2 },
      "next_candidate",
    ],
    [
      "the last attempt is kept for one that can be called later",
      { attemptCount: 9, laterCandidateCount: 1, ...alone },
      "exhausted",
    ],
    ["one more than they need is left", { attemptCount: 6, usefulCandidateCount: 3 }, "retry_here"],
    ["the deadline has passed", { remainingMs: 0 }, "stop"],
    ["the pause would miss the deadline", { remainingMs: 999 }, "next_candidate"],
    [
      "the pause would miss the deadline and nobody else is there",
      { remainingMs: 999, ...alone },
      "exhausted",
    ],
    ["the pause just meets the deadline", { remainingMs: 1_001 }, "retry_here"],
    [
      "one that fails as slowly again would miss the deadline",
      { remainingMs: 9_000, tookMs: 8_000 },
      "next_candidate",
    ],
    [
      "one that fails as slowly again would miss it, and another can be called later",
      { remainingMs: 9_000, tookMs: 8_000, laterCandidateCount: 1, ...alone },
      "exhausted",
    ],
    [
      "one that fails as slowly again would miss it, and nobody else is there",
      { remainingMs: 9_000, tookMs: 8_000, ...alone },
      "retry_here",
    ],
    ["the caller has seen a part", { hadBegun: true, tokensStreamed: true }, "stop"],
    ["a part had come and was held back", { hadBegun: true }, "next_candidate"],
    ["a part had come, was held back, and nobody else is there", { hadBegun: true, ...alone }, "retry_here"],
    ["fail_fast", { strategy: "fail_fast" }, "stop"],
    ["the provider asks for a longer pause", { retryAfterMs: 1_001 }, "next_candidate"],
    [
      "the provider asks for a longer pause and nobody else is there",
      { retryAfterMs: 1_001, ...alone },
      "retry_here",
    ],
    ["the provider asks for more than max_wait leaves", { retryAfterMs: 60_001, ...alone }, "exhausted"],
    [
      "the provider asks for more than the deadline leaves",
      { retryAfterMs: 9_000, remainingMs: 9_000, ...alone },
      "exhausted",
    ],
    ["max_wait is 0, which does not forbid our own pause", { remainingWaitMs: 0 }, "retry_here"],
  ])("%s", (_, changes, kind) => {
    expect(decisionAfter("OVERLOADED", changes).kind).toBe(kind);
  });
});

describe("pauses", () => {
  test.each([
    [0, 1_000],
    [1, 2_000],
    [2, 4_000],
    [9, 30_000],
  ])("retry %i pauses at most %i ms, and at least half of it", (retryCount, most) => {
    const pause = (random: { next: () => number }) => {
      const step = decisionAfter("SERVER_ERROR", { retryCount, maxRetryCount: 20, random });
      if (step.kind !== "retry_here") throw new Error(step.explanation);
      return step.delayMs;
    };
    expect(pause(longest)).toBeCloseTo(most);
    expect(pause({ next: () => 0 })).toBe(most / 2);
  });

  test("the provider's own figure counts when it is longer", () => {
    expect(decisionAfter("RATE_LIMITED", { retryAfterMs: 7_000, usefulCandidateCount: 0 })).toEqual({
      kind: "retry_here",
      delayMs: 7_000,
      explanation: "RATE_LIMITED: retry 1 of 3 after 7 s",
    });
  });
});

describe("which candidates may help", () => {
  const failed = candidate("a/1", { contextWindowTokens: 8_000 });
  const { trial } = route(
    ranked(
      candidate("a/1#other", { contextWindowTokens: 8_000 }),
      candidate("a/2", { contextWindowTokens: 16_000 }),
      candidate("b/1", { contextWindowTokens: 8_000 }),
      candidate("c/1", { contextWindowTokens: undefined }),
    ),
    options(),
  );
  test.each<[AttemptErrorReason, string[]]>([
    ["SERVER_ERROR", ["a/1#other", "a/2", "b/1", "c/1"]],
    ["AUTHENTICATION", ["a/1#other", "a/2", "b/1", "c/1"]],
    ["CONTEXT_TOO_LONG", ["a/2", "c/1"]],
    ["VALIDATION", ["b/1", "c/1"]],
    ["CONTENT_FILTERED", ["b/1", "c/1"]],
    ["CANCELLED", []],
  ])("%s", (reason, ids) => {
    const useful = usefulCandidates({ failed, reason, untried: trial });
    expect(useful.map((routed) => routed.candidate.deploymentId)).toEqual(ids);
  });
});

describe("of any course of failures", () => {
  const anyRun = fc.record({
    reasons: fc.array(fc.constantFrom(...REASONS), { minLength: 60, maxLength: 60 }),
    strategy: fc.constantFrom(...STRATEGIES),
    candidateCount: fc.integer({ min: 1, max: 5 }),
    maxAttemptCount: fc.integer({ min: 1, max: 20 }),
    maxRetryCount: fc.integer({ min: 0, max: 5 }),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
    deadlineMs: fc.option(fc.integer({ min: 1, max: 60_000 }), { nil: undefined }),
    seed: fc.nat(),
  });

  test("attempts, retries and the deadline are kept, and nobody is left out while attempts are left", () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const random = seededRandom(run.seed);
        let nowMs = 0;
        let candidateIndex = 0;
        let retryCount = 0;
        let attemptCount = 0;
        for (;;) {
          attemptCount++;
          const reason = run.reasons[attemptCount]!;
          const usefulCandidateCount = run.candidateCount - candidateIndex - 1;
          const step = decisionAfter(reason, {
            ...run,
            attemptCount,
            retryCount,
            usefulCandidateCount,
            remainingMs: run.deadlineMs === undefined ? undefined : run.deadlineMs - nowMs,
            random,
          });
          if (step.kind === "exhausted") {
            expect(usefulCandidateCount).toBe(0);
            break;
          }
          if (step.kind === "stop") {
            const hasTime = run.deadlineMs === undefined || nowMs < run.deadlineMs;
            const maxAttemptsAreMade = attemptCount === run.maxAttemptCount;
            const isEnd = reason === "CANCELLED" || run.strategy === "fail_fast" || maxAttemptsAreMade;
            expect(isEnd || !hasTime).toBe(true);
            break;
          }
          if (step.kind === "next_candidate") {
            candidateIndex++;
            retryCount = 0;
          } else {
            retryCount++;
            nowMs += step.delayMs;
          }
        }
        expect(attemptCount).toBeLessThanOrEqual(run.maxAttemptCount);
        expect(retryCount).toBeLessThanOrEqual(run.maxRetryCount);
        expect(candidateIndex).toBeLessThan(run.candidateCount);
        if (run.deadlineMs !== undefined) expect(nowMs).toBeLessThan(run.deadlineMs);
      }),
    );
  });
});
