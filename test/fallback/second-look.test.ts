import { describe, expect, it } from "vitest";
import type { Route } from "../../src/fallback/route.ts";
import { takeSecondLook } from "../../src/fallback/second-look.ts";
import type { CandidateSnapshot } from "../../src/fallback/snapshot.ts";
import type { CandidateVerdict, RequestNeeds } from "../../src/fallback/verdict.ts";
import { candidate } from "./candidate.ts";

const OPEN = { kind: "open", retryAfterMs: 4_000.5 } as const;

function look(
  rest: readonly (readonly [CandidateVerdict, Partial<CandidateSnapshot>])[],
  { maxWaitMs = 30_000, remainingMs }: Partial<Pick<RequestNeeds, "maxWaitMs" | "remainingMs">> = {},
) {
  const route: Route = {
    trial: [],
    rest: rest.map(([verdict, changes], index) => ({
      candidate: candidate(`a/m${index}`, changes),
      verdict,
      explanation: "skipped",
      fit: "as_is",
    })),
    decisive: [],
    firstCause: "first_choice",
  };
  const capabilities = { tools: false, images: false, jsonSchema: false, streaming: false };
  return takeSecondLook(route, { capabilities, maxOutputTokens: undefined, maxWaitMs, remainingMs });
}

describe("a second look that finds nobody", () => {
  it("waits for the earliest instant that is known", () => {
    const later = { kind: "open", retryAfterMs: 9_000 } as const;
    const both = [
      ["breaker_open", { breaker: later }],
      ["breaker_open", { breaker: OPEN }],
    ] as const;
    expect(look(both)).toEqual({ kind: "wait", delayMs: 4_001 });
    expect(look([["queue_full", { predictedWaitMs: 700 }]])).toEqual({ kind: "wait", delayMs: 700 });
  });

  it("asks again in a second while a probe is on its way", () => {
    const breaker = { kind: "half_open", probing: true } as const;
    expect(look([["breaker_open", { breaker }]])).toEqual({ kind: "wait", delayMs: 1_000 });
  });

  it.each([
    ["max_wait is too short", "breaker_open", { breaker: OPEN }, { maxWaitMs: 4_000 }],
    ["the deadline is too near", "breaker_open", { breaker: OPEN }, { remainingMs: 4_001 }],
    ["a pause makes the wait no shorter", "wait_too_long", { predictedWaitMs: 40_000 }, {}],
    ["nobody can say", "queue_full", { predictedWaitMs: Number.POSITIVE_INFINITY }, {}],
    ["the request's own bound on cost is met", "over_budget", {}, {}],
  ] as const)("ends when %s", (_, verdict, changes, bounds) => {
    expect(look([[verdict, changes]], bounds)).toEqual({ kind: "nothing" });
  });
});
